//! What invented names and addresses are made of, country by country. Any likeness to anybody is
//! chance.

/// A country with what its people and companies are called.
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) language: &'static str,
    /// Missing for the currency of the house.
    pub(super) currency: Option<&'static str>,
    /// Of a hundred companies.
    pub(super) share: u32,
    /// City, the beginning of its post codes, its dialling code.
    pub(super) cities: &'static [(&'static str, &'static str, &'static str)],
    /// The rest of a post code, `#` being a digit and `@` a letter.
    pub(super) post_code: &'static str,
    /// A telephone number after the dialling code.
    pub(super) phone: &'static str,
    pub(super) dialling: &'static str,
    pub(super) mobile: &'static str,
    pub(super) first_names: &'static [&'static str],
    pub(super) surnames: &'static [&'static str],
    pub(super) streets: &'static [&'static str],
    /// Whether the house number comes first.
    pub(super) number_first: bool,
    pub(super) company_forms: &'static [&'static str],
    pub(super) domain: &'static str,
}

pub(super) const COUNTRIES: &[Country] = &[
    Country {
        code: "SE",
        name: "Sweden",
        language: "SVE",
        currency: None,
        share: 40,
        cities: &[
            ("Stockholm", "11", "8"),
            ("Göteborg", "41", "31"),
            ("Malmö", "21", "40"),
            ("Uppsala", "75", "18"),
            ("Örebro", "70", "19"),
            ("Umeå", "90", "90"),
            ("Västerås", "72", "21"),
            ("Linköping", "58", "13"),
            ("Östersund", "83", "63"),
            ("Åre", "83", "647"),
        ],
        post_code: "# ##",
        phone: "-### ## ##",
        dialling: "+46 ",
        mobile: "7#-### ## ##",
        first_names: &[
            "Åsa", "Björn", "Maja", "Erik", "Göran", "Sara", "Lars", "Emelie", "Oskar", "Ingrid",
            "Håkan", "Elsa", "Nils", "Karin", "Anders", "Märta", "Johan", "Lena", "Sören", "Wilma",
        ],
        surnames: &[
            "Andersson",
            "Sjöberg",
            "Lindqvist",
            "Öberg",
            "Nyström",
            "Ek",
            "Åkesson",
            "Holm",
            "Bergström",
            "Dahl",
            "Wallin",
            "Hägg",
            "Lundgren",
            "Ström",
            "Ängquist",
            "Söderlund",
        ],
        streets: &["Storgatan", "Kungsgatan", "Björkvägen", "Åvägen", "Hamngatan", "Ängsstigen"],
        number_first: false,
        company_forms: &["AB", "AB", "Handelsbolag", "Ekonomisk förening"],
        domain: "se.example",
    },
    Country {
        code: "NO",
        name: "Norway",
        language: "NOR",
        currency: Some("NOK"),
        share: 15,
        cities: &[
            ("Oslo", "01", "2"),
            ("Bergen", "50", "5"),
            ("Tromsø", "90", "7"),
            ("Ålesund", "60", "7"),
            ("Bodø", "80", "7"),
        ],
        post_code: "##",
        phone: "# ## ## ##",
        dialling: "+47 ",
        mobile: "9## ## ###",
        first_names: &[
            "Bjørn",
            "Kari",
            "Ola",
            "Ingebjørg",
            "Sindre",
            "Solveig",
            "Håvard",
            "Ragnhild",
            "Pål",
            "Silje",
            "Øyvind",
            "Marte",
        ],
        surnames: &[
            "Hansen",
            "Bø",
            "Lie",
            "Ødegård",
            "Solberg",
            "Næss",
            "Haugen",
            "Moen",
            "Åsen",
            "Strand",
        ],
        streets: &["Storgata", "Kirkegata", "Fjordveien", "Bjørkeveien", "Øvre gate"],
        number_first: false,
        company_forms: &["AS", "AS", "ASA", "ANS"],
        domain: "no.example",
    },
    Country {
        code: "DE",
        name: "Germany",
        language: "DEU",
        currency: Some("EUR"),
        share: 20,
        cities: &[
            ("Berlin", "10", "30"),
            ("München", "80", "89"),
            ("Köln", "50", "221"),
            ("Düsseldorf", "40", "211"),
            ("Lübeck", "23", "451"),
            ("Nürnberg", "90", "911"),
            ("Görlitz", "02", "3581"),
        ],
        post_code: "###",
        phone: " ### ###",
        dialling: "+49 ",
        mobile: "17# ### ####",
        first_names: &[
            "Jürgen",
            "Anja",
            "Uwe",
            "Bärbel",
            "Stefan",
            "Käthe",
            "Jörg",
            "Sabine",
            "Heiko",
            "Petra",
            "Björn",
            "Lieselotte",
            "Günther",
            "Marlene",
        ],
        surnames: &[
            "Müller",
            "Weiß",
            "Schröder",
            "Groß",
            "Krüger",
            "Jäger",
            "Vogel",
            "Köhler",
            "Strauß",
            "Böhm",
            "Fuchs",
            "Lange",
            "Preuß",
            "Möller",
        ],
        streets: &["Hauptstraße", "Gartenweg", "Schloßallee", "Mühlenstraße", "Am Bäckerplatz"],
        number_first: false,
        company_forms: &["GmbH", "GmbH & Co. KG", "AG", "OHG"],
        domain: "de.example",
    },
    Country {
        code: "GB",
        name: "United Kingdom",
        language: "ENG",
        currency: Some("GBP"),
        share: 15,
        cities: &[
            ("London", "SW1", "20"),
            ("Leeds", "LS1", "113"),
            ("Bristol", "BS2", "117"),
            ("Glasgow", "G4", "141"),
            ("Cardiff", "CF1", "29"),
        ],
        post_code: " #@@",
        phone: " #### ####",
        dialling: "+44 ",
        mobile: "7### ######",
        first_names: &[
            "Oliver", "Siobhán", "Harry", "Grace", "Zoë", "Arthur", "Chloe", "Ewan", "Maisie",
            "Noah", "Priya", "Imran",
        ],
        surnames: &[
            "O'Neill", "Fletcher", "Shaw", "Hughes", "MacLeod", "Patel", "Bailey", "Carr",
            "Whitlock", "Khan", "Forsythe",
        ],
        streets: &["High Street", "Mill Lane", "Station Road", "King's Parade", "The Crescent"],
        number_first: true,
        company_forms: &["Ltd", "Ltd", "plc", "LLP"],
        domain: "uk.example",
    },
    Country {
        code: "FR",
        name: "France",
        language: "FRA",
        currency: Some("EUR"),
        share: 10,
        cities: &[
            ("Paris", "75", "1"),
            ("Lyon", "69", "4"),
            ("Nîmes", "30", "4"),
            ("Besançon", "25", "3"),
            ("Orléans", "45", "2"),
        ],
        post_code: "###",
        phone: " ## ## ## ##",
        dialling: "+33 ",
        mobile: "6 ## ## ## ##",
        first_names: &[
            "Zoé",
            "François",
            "Hélène",
            "Jérôme",
            "Anaïs",
            "Léo",
            "Chloé",
            "Benoît",
            "Maëlle",
            "Thierry",
        ],
        surnames: &[
            "Lefèvre", "Garçon", "Dubois", "Noël", "Benoît", "Forêt", "Marchand", "Besson", "Hervé",
        ],
        streets: &["rue de l'Église", "avenue des Chênes", "place du Marché", "rue Molière"],
        number_first: true,
        company_forms: &["SARL", "SAS", "SA"],
        domain: "fr.example",
    },
];

/// The first part of a company's name, beside surnames and cities.
pub(super) const TRADES: &[&str] = &[
    "Bygg",
    "Möbler",
    "Logistik",
    "Optik",
    "Energi",
    "Data",
    "Garden",
    "Marine",
    "Textil",
    "Foods",
    "Elektro",
    "Verlag",
    "Design",
    "Consulting",
    "Metall",
    "Transport",
    "Wein",
    "Café",
];

pub(super) const JOB_TITLES: &[&str] = &[
    "Purchaser",
    "Managing Director",
    "Sales Manager",
    "Accountant",
    "Engineer",
    "Warehouse Manager",
    "Assistant",
    "IT Manager",
    "Marketing Manager",
];

/// Code, meaning.
pub(super) type Codes = &'static [(&'static str, &'static str)];

pub(super) const MAILING_GROUPS: Codes = &[
    ("NEWS", "Newsletter"),
    ("XMAS", "Christmas card"),
    ("EVENT", "Invitations to events"),
    ("CATALOG", "Printed catalogue"),
    ("VIP", "Personal letters"),
];
pub(super) const INDUSTRY_GROUPS: Codes = &[
    ("MANUF", "Manufacturing"),
    ("RETAIL", "Retail"),
    ("WHOLE", "Wholesale"),
    ("SERVICE", "Services"),
    ("PUBLIC", "Public sector"),
    ("PRESS", "Press and media"),
];
pub(super) const BUSINESS_RELATIONS: Codes = &[
    ("CUST", "Customer"),
    ("PROS", "Prospect"),
    ("VEND", "Vendor"),
    ("COMP", "Competitor"),
    ("BANK", "Bank"),
];
pub(super) const JOB_RESPONSIBILITIES: Codes = &[
    ("PURCH", "Purchasing"),
    ("SALES", "Sales"),
    ("IT", "Information technology"),
    ("ACCOUNT", "Accounts"),
    ("MARKET", "Marketing"),
    ("PROD", "Production"),
];
pub(super) const ORGANIZATIONAL_LEVELS: Codes = &[
    ("STAFF", "Staff"),
    ("MANAGER", "Manager"),
    ("CFO", "Chief Financial Officer"),
    ("CEO", "Chief Executive Officer"),
];
pub(super) const SALESPEOPLE: Codes = &[
    ("AB", "Alma Berg"),
    ("EL", "Elias Lund"),
    ("JS", "Jonna Sköld"),
    ("KW", "Karl Weiß"),
    ("PO", "Pia Öst"),
    ("TR", "Tom Reed"),
];
pub(super) const SALUTATIONS: Codes = &[("COMPANY", "Dear Sir or Madam"), ("PERSON", "Dear")];
pub(super) const LANGUAGES: Codes = &[
    ("SVE", "Swedish"),
    ("NOR", "Norwegian"),
    ("DEU", "German"),
    ("ENG", "English"),
    ("FRA", "French"),
];
pub(super) const CURRENCIES: Codes =
    &[("NOK", "Norwegian krone"), ("EUR", "Euro"), ("GBP", "Pound sterling")];
pub(super) const TERRITORIES: Codes =
    &[("NORTH", "Northern Europe"), ("CENTRAL", "Central Europe"), ("WEST", "Western Europe")];
pub(super) const CAMPAIGN_STATUSES: Codes =
    &[("PLANNED", "Planned"), ("STARTED", "Started"), ("DONE", "Done")];
pub(super) const INTERACTION_GROUPS: Codes = &[
    ("LETTER", "Letters"),
    ("MAIL", "E-mails"),
    ("CALL", "Telephone calls"),
    ("MEETING", "Meetings"),
    ("DOC", "Documents"),
];
pub(super) const WEB_SOURCES: Codes = &[("SEARCH", "Search engine"), ("NEWSROOM", "News archive")];

/// A kind of interaction.
pub(super) struct Template {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    pub(super) group: &'static str,
    /// In ten-thousandths.
    pub(super) cost: i64,
    pub(super) duration_min: i32,
    pub(super) is_email: bool,
    pub(super) is_inbound: bool,
    /// Of a hundred interactions.
    pub(super) share: u32,
}

pub(super) const TEMPLATES: &[Template] = &[
    template("NEWSLETTER", "Newsletter", "MAIL", 500, 0, true, false, 34),
    template("ORDER", "Order confirmation", "DOC", 2_000, 1, true, false, 20),
    template("CALLOUT", "Outgoing call", "CALL", 35_000, 8, false, false, 14),
    template("CALLIN", "Incoming call", "CALL", 35_000, 6, false, true, 10),
    template("OFFER", "Offer", "LETTER", 40_000, 20, true, false, 8),
    template("XMAS", "Christmas card", "LETTER", 25_000, 2, false, false, 6),
    template("VISIT", "Meeting at the contact's", "MEETING", 900_000, 90, false, false, 4),
    template("INVITE", "Invitation", "LETTER", 30_000, 2, true, false, 3),
    template("COMPLAINT", "Complaint", "MAIL", 60_000, 25, true, true, 1),
];

#[expect(clippy::too_many_arguments, reason = "the columns of the table above")]
const fn template(
    code: &'static str,
    description: &'static str,
    group: &'static str,
    cost: i64,
    duration_min: i32,
    is_email: bool,
    is_inbound: bool,
    share: u32,
) -> Template {
    Template { code, description, group, cost, duration_min, is_email, is_inbound, share }
}

/// How much happens in each month, of ten.
pub(super) const SEASON: [u32; 12] = [6, 7, 9, 8, 8, 6, 2, 4, 9, 10, 10, 8];
