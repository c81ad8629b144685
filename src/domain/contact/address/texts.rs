//! What an alternative address says: its texts, what they are called, and what they may hold.

use crate::{
    domain::{
        Rejections, Result,
        code::CODE_CHARS_MAX,
        contact::validate::{
            self, EMAIL_CHARS_MAX, HOME_PAGE_CHARS_MAX, NAME_CHARS_MAX, PHONE_CHARS_MAX,
        },
        contact_columns, text,
    },
    entity::{contact, contact_address::Model},
};

/// A text of an address.
#[derive(Debug)]
pub struct TextColumn {
    /// As the API calls it.
    pub name: &'static str,
    /// As Business Central calls it.
    pub captions: &'static [&'static str],
    pub form: Form,
    pub slot: fn(&mut Model) -> &mut Option<String>,
}

/// What a text may be.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// In upper case.
    Code,
    Phone,
    /// As of a contact, it may hold anything.
    Fax,
    Email,
    HomePage,
}

macro_rules! address_texts {
    ($($text:ident $name:literal $captions:expr, $form:ident;)*) => {
        /// All texts.
        pub const TEXTS: &[TextColumn] = &[$(TextColumn {
            name: $name,
            captions: &$captions,
            form: Form::$form,
            slot: |row| &mut row.$text,
        },)*];

        /// What to set on an address. What is `None` stays as it is, `Some(None)` clears.
        #[derive(Clone, Debug, Default)]
        pub struct AddressTexts {
            $(pub $text: Option<Option<String>>,)*
        }

        impl AddressTexts {
            pub(super) fn apply(&self, row: &mut Model) {
                $(if let Some(text) = &self.$text {
                    row.$text.clone_from(text);
                })*
            }
        }

        /// An address that says nothing yet.
        pub fn blank(contact_id: i32, code: String) -> Model {
            Model { contact_id, code, $($text: None,)* }
        }
    };
}

address_texts! {
    company_name "companyName" ["Company Name"], Text;
    address "address" ["Address"], Text;
    address2 "address2" ["Address 2"], Text;
    post_code "postCode" ["Post Code", "ZIP Code"], Code;
    city "city" ["City"], Text;
    county "county" ["County"], Text;
    country "country" ["Country/Region Code", "Country Code"], Code;
    phone "phone" ["Phone No."], Phone;
    mobile "mobile" ["Mobile Phone No."], Phone;
    fax "fax" ["Fax No."], Fax;
    email "email" ["Email", "E-Mail"], Email;
    home_page "homePage" ["Home Page"], HomePage;
}

/// The contact as it is reached at one of its addresses: a postal address is taken as a whole, and of the
/// rest what the address says.
pub fn at(contact: &contact::Model, mut address: Model) -> contact::Model {
    const POSTAL: [&str; 6] = ["address", "address2", "postCode", "city", "county", "country"];
    let mut row = contact.clone();
    for text in TEXTS {
        let value = (text.slot)(&mut address).take();
        let of_contact = contact_columns::TEXTS.iter().find(|it| it.name == text.name);
        if let Some(of_contact) = of_contact
            && (value.is_some() || POSTAL.contains(&text.name))
        {
            *(of_contact.slot)(&mut row) = value;
        }
    }
    row
}

impl Form {
    fn chars_max(self) -> usize {
        match self {
            Self::Text => NAME_CHARS_MAX,
            Self::Code => CODE_CHARS_MAX,
            Self::Phone | Self::Fax => PHONE_CHARS_MAX,
            Self::Email => EMAIL_CHARS_MAX,
            Self::HomePage => HOME_PAGE_CHARS_MAX,
        }
    }
}

/// Brings an address into the form in which it is stored, and checks what it says, as that of a
/// contact is. Whether its country is there is asked elsewhere.
///
/// # Errors
/// All that is wrong with it, at the names of its texts.
pub fn complete(row: &mut Model) -> Result<()> {
    let mut rejections = Rejections::default();
    for column in TEXTS {
        let slot = (column.slot)(row);
        let tidied = match column.form {
            Form::Code => slot.as_deref().and_then(text::code),
            _ => slot.as_deref().and_then(text::tidy),
        };
        slot.clone_from(&tidied);
        let Some(text) = &tidied else { continue };
        validate::length(column.name, text, column.form.chars_max(), &mut rejections);
        match column.form {
            Form::Phone => validate::phone(column.name, text, &mut rejections),
            Form::Email => validate::email(column.name, text, &mut rejections),
            _ => {}
        }
    }
    rejections.into_result()
}
