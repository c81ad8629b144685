//! Questionnaires and answers from table files.

use serde_json::{Value, json};

use super::{ANSWERS, keys, stage};
use crate::{
    app::{TestApp, both},
    check::check,
    contact::{codes, create, input, with},
    import::{counts, import},
};

const QUESTIONNAIRES: &str = "\
Code,Description,Contact Type,Business Relation Code,Priority
SATISF,Satisfaction,,CUST,High
BAD,Bad,Robots,NOPE,Normal
";

const LINES: &str = "\
Profile Questionnaire Code,Line No.,Type,Description,Multiple Answers,Priority,Auto Contact Classification,\
Customer Class. Field,Contact Class. Field,Starting Date Formula,Ending Date Formula,Classification Method,Sorting Method,From Value,To Value
SATISF,30000,Answer,No,No,Very Low (Hidden),No,,,,,,,0,0
SATISF,10000,Question,Satisfied?,No,Normal,No,,,,,,,0,0
SATISF,20000,Answer,Yes,No,Very High,No,,,,,,,0,0
SATISF,40000,Question,Turnover,No,Normal,Yes,Sales (LCY),,CY-1Y+1D,CY,Percentage of Contacts,,0,0
SATISF,50000,Answer,Top,No,Normal,No,,,,,,,0,25.5
SATISF,5,Answer,First,No,Normal,No,,,,,,,0,0
SATISF,60000,Question,Both,No,Normal,Yes,Sales (LCY),Rating,,,,,0,0
SATISF,70000,Question,Neither,No,Normal,Yes,,,,,,,0,0
SATISF,80000,Question,Formula,No,Normal,Yes,Sales (LCY),,CY1D,CY,,,0,0
NOPE,10000,Question,Where?,No,Normal,No,,,,,,,0,0
SATISF,90000,Robot,What?,No,Normal,No,,,,,,,0,0
SATISF,90000,Question,,No,Normal,No,,,,,,,0,0
SATISF,45000,Answer,Never,No,Normal,No,,,,,,,5,1
SATISF,95000,Question,Dateless,No,Normal,Yes,Sales (LCY),,CY-1Y,,,,0,0
";

async fn answers(app: &TestApp, id: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ c: node(id: $id) {{ ...on Contact {{ revision {} }} }} }}",
        "profileAnswers { nodes { answer { key } lastUpdated } }"
    );
    app.data(&query, json!({ "id": id })).await["c"].clone()
}

both! {
    async fn questionnaires_of_business_central_come_in(app) {
        codes(&app, "BUSINESS_RELATION", &["CUST"]).await;
        let (outcome, said) = import(&app, QUESTIONNAIRES).await;
        assert_eq!(counts(&outcome), [1, 0, 0, 1]);
        let robots = "3 Contact Type: \"Robots\" is none of: Companies, People, Company, Person.";
        assert_eq!(said, [robots]);
        let (outcome, said) = import(&app, LINES).await;
        assert_eq!(counts(&outcome), [5, 0, 0, 9], "{said:?}");
        assert_eq!(said, [
            "7 Type: No question comes before it.",
            "8 -: Contacts are classified by one thing only.",
            "9 Auto Contact Classification: What contacts are classified by has to be said.",
            "10 Starting Date Formula: \"CY1D\" is no date formula like CY-1Y+1D.",
            "11 Profile Questionnaire Code: There is no questionnaire \"NOPE\".",
            "12 Type: \"Robot\" is none of: Question, Answer.",
            "13 Description: It has to be described.",
            "14 To Value: The range ends before it begins.",
            "15 Ending Date Formula: There has to be an ending date.",
        ]);
        let query = "{ profileQuestionnaire(code: \"satisf\") { contactType businessRelation { code } priority \
            questions { no classified answers { no description priority } } } }";
        assert_eq!(app.data(query, json!({})).await["profileQuestionnaire"], json!({
            "contactType": null, "businessRelation": { "code": "CUST" }, "priority": "HIGH",
            "questions": [
                { "no": 10_000, "classified": false, "answers": [
                    { "no": 20_000, "description": "Yes", "priority": "VERY_HIGH" },
                    { "no": 30_000, "description": "No", "priority": "VERY_LOW" } ] },
                { "no": 40_000, "classified": true, "answers": [
                    { "no": 50_000, "description": "Top", "priority": "NORMAL" } ] },
            ],
        }));
        let (outcome, _) = import(&app, QUESTIONNAIRES).await;
        assert_eq!(counts(&outcome), [0, 0, 1, 1]);
        let (outcome, _) = import(&app, LINES).await;
        assert_eq!(counts(&outcome), [0, 0, 5, 9]);
        assert!(check(&app).await.is_empty());
    }

    async fn answers_of_contacts_come_in_and_again_change_nothing(app) {
        let [customer, _, person] = stage(&app).await;
        let minor = create(&app, with(input("PERSON", "Bo"), json!({ "minor": true }))).await;
        let _ = minor;
        codes(&app, "BUSINESS_RELATION", &["OTHER"]).await;
        let auto = "Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,Customer Class. Field,Starting Date Formula,Ending Date Formula\n\
            CUST,40000,Question,Turnover,Yes,Sales (LCY),CY,CY\nCUST,50000,Answer,Top,,,,\nCUST,60000,Answer,Middle,,,,\n";
        assert_eq!(counts(&import(&app, auto).await.0), [3, 0, 0, 0]);
        let file = "\
Contact No.,Contact Company No.,Profile Questionnaire Code,Line No.,Answer Priority,Last Date Updated
CT000001,CT000001,CUST,20000,Normal,2027-01-26
CT000001,CT000001,CUST,30000,Normal,2027-01-26
CT000001,CT000001,CUST,50000,Normal,2027-01-26
CT000001,CT000001,CUST,60000,Normal,2027-01-26
CT000003,CT000001,PERSON,20000,Normal,
ct000003,CT000001,person,30000,Normal,
CT000002,CT000002,CUST,20000,Normal,
CT000004,,PERSON,20000,Normal,
CT000009,,PERSON,20000,Normal,
CT000003,,PERSON,10000,Normal,
CT000003,,NOPE,10000,Normal,
";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [5, 0, 0, 6], "{said:?}");
        assert_eq!(said, [
            // PRO-1
            "3 Line No.: To this question there is one answer, and 20000 is one.",
            // PRO-3
            "8 Profile Questionnaire Code: The questionnaire is not for this contact.",
            // CON-4
            "9 Contact No.: Profiles are not for minors.",
            "10 Contact No.: There is no contact \"CT000009\".",
            "11 Line No.: The questionnaire PERSON has no answer 10000.",
            "12 Profile Questionnaire Code: There is no questionnaire \"NOPE\".",
        ]);
        let found = answers(&app, &customer).await;
        // What classifies by itself may give several.
        assert_eq!(keys(&found), ["CUST.20000", "CUST.50000", "CUST.60000"]);
        assert_eq!(found["profileAnswers"]["nodes"][0]["lastUpdated"], "2027-01-26");
        // CON-10
        assert_eq!(found["revision"], 2);
        assert_eq!(answers(&app, &person).await["profileAnswers"]["nodes"][0]["lastUpdated"], "2026-11-02");
        let (outcome, _) = import(&app, file).await;
        assert_eq!(counts(&outcome), [0, 0, 5, 6]);
        assert_eq!(answers(&app, &customer).await["revision"], 2);
        assert!(check(&app).await.is_empty());

        // PRO-1, PRO-2: nobody answers what classifies by itself.
        for change in [json!({ "remove": ["CUST.50000"] }), json!({ "remove": ["CUST.60000"] })] {
            let refused = with(json!({ "contactId": customer }), change);
            let refused = app.mutate("contactProfileAnswersSet", ANSWERS, refused).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED");
        }
        let set = json!({ "contactId": customer, "set": [] });
        let left = app.must("contactProfileAnswersSet", ANSWERS, set).await;
        assert_eq!(keys(&left["contact"]), ["CUST.50000", "CUST.60000"]);
        let (other, relation) = (input("COMPANY", "Gamma"), json!({ "businessRelations": [{ "code": "CUST" }] }));
        let other = create(&app, with(other, relation)).await;
        let given = json!({ "contactId": other, "add": ["CUST.50000"] });
        let given = app.mutate("contactProfileAnswersSet", ANSWERS, given).await;
        assert_eq!(given["userErrors"][0]["code"], "NOT_ALLOWED");
    }
    async fn a_column_that_is_not_in_a_file_of_answers_stays(app) {
        let [customer, ..] = stage(&app).await;
        let file = "contactNo,questionnaire,answerNo,answeredPercent\nCT000001,CUST,20000,66.6666\n";
        assert_eq!(counts(&import(&app, file).await.0), [1, 0, 0, 0]);
        let (outcome, _) = import(&app, "contactNo,questionnaire,answerNo\nCT000001,CUST,20000\n").await;
        assert_eq!(counts(&outcome), [0, 0, 1, 0]);
        let query = "query($id: ID!) { contact(id: $id) { profileAnswers { nodes { answeredPercent } } } }";
        let found = app.data(query, json!({ "id": customer })).await;
        assert_eq!(found["contact"]["profileAnswers"]["nodes"][0]["answeredPercent"], "66.6666");
        let cleared = "contactNo,questionnaire,answerNo,answeredPercent\nCT000001,CUST,20000,\n";
        assert_eq!(counts(&import(&app, cleared).await.0), [0, 1, 0, 0]);
    }

    // PRO-7
    async fn a_question_that_is_no_rating_any_more_is_made_of_nothing(app) {
        stage(&app).await;
        let rating = |no: i32, answer: &str| json!({ "questionnaire": "CUST", "no": no, "description": "Rating",
            "classification": { "by": "RATING", "points": [{ "answer": answer, "points": 1 }] },
            "answers": [{ "no": no + 1, "description": "Low" }] });
        let points = "profileQuestion { classification { points { points } } }";
        app.must("profileQuestionSet", points, rating(80_000, "CUST.20000")).await;
        app.must("profileQuestionSet", points, rating(90_000, "CUST.80001")).await;
        let line = |by: &str| format!("Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,\
            Contact Class. Field\nCUST,90000,Question,Rating,{by}\n");
        // As long as it is one, it is made of what it was.
        let query = "{ profileQuestionnaire(code: \"CUST\") { questions { no classification { points { points } } } } }";
        let made_of = async || {
            let found = app.data(query, json!({})).await;
            let questions = found["profileQuestionnaire"]["questions"].as_array().unwrap().clone();
            let it = questions.into_iter().find(|it| it["no"] == 90_000).unwrap();
            it["classification"]["points"].as_array().map(Vec::len)
        };
        import(&app, line("Yes,Rating")).await;
        assert_eq!(made_of().await, Some(1));
        assert_eq!(counts(&import(&app, line("No,")).await.0), [0, 1, 0, 0]);
        assert_eq!(made_of().await, None);
        // Nothing is left that would make a circle.
        app.must("profileQuestionSet", points, rating(80_000, "CUST.90001")).await;
        assert_eq!(counts(&import(&app, line("Yes,Rating")).await.0), [0, 1, 0, 0]);
        assert_eq!(made_of().await, Some(0));
        assert!(check(&app).await.is_empty());
    }
}
