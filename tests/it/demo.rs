//! Invented data.

use chrono::NaiveDate;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use urval::{
    domain::demo::{self, Demo},
    entity::{contact, interaction, kinds::PurchaseSide, purchase, segment},
};

use crate::app::{TestApp, both};

async fn fill(app: &TestApp) -> urval::domain::Result<()> {
    let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    demo::fill(&app.context, &Demo { contacts: 300, seed: 7, until }, &mut |_| {}).await
}

both! {
    async fn the_same_seed_gives_the_same_data_on_every_database(app) {
        fill(&app).await.unwrap();
        let rows = contact::Entity::find().order_by_asc(contact::Column::Id);
        let rows = rows.all(app.context.db.reader()).await.unwrap();
        assert_eq!(rows.len(), 300);
        assert_eq!(rows.iter().filter(|row| row.company_id == Some(row.id)).count(), 60);
        let person = &rows[150];
        assert_eq!((person.no.as_str(), person.name.as_str()), ("CT000151", "François Dubois"));
        let interactions = interaction::Entity::find().count(app.context.db.reader()).await;
        assert!((1200..1800).contains(&interactions.unwrap()));
        let purchases = purchase::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert!((100..1000).contains(&purchases.len()), "{}", purchases.len());
        assert!(purchases.iter().any(|it| it.document_contact_id.is_some()));
        assert!(purchases.iter().any(|it| it.side == PurchaseSide::Purchase));
        let segments = segment::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(segments.len(), 3);
    }

    async fn a_database_with_anything_in_it_is_left_alone(app) {
        fill(&app).await.unwrap();
        let err = fill(&app).await.unwrap_err().to_string();
        assert!(err.contains("The database is not empty") && err.contains("`urval serve`"), "{err}");
        assert_eq!(contact::Entity::find().count(app.context.db.reader()).await.unwrap(), 300);
    }
}
