//! Alternative addresses of contacts.

mod change;

use async_graphql::{ComplexObject, Context, SimpleObject};

pub(in crate::graphql) use change::ContactAddressMutation;

use crate::{
    domain,
    entity::{contact_address, kinds::CodeKind},
    graphql::{code::Code, error::Result, loaders::Loaders, scalar::Date},
};

/// Another address of a contact, which takes the place of the main one in some periods.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(in crate::graphql) struct ContactAddress {
    /// Tells it from the contact's others, such as `SUMMER`; at most 20 characters, kept in upper
    /// case.
    code: String,
    /// The name of the company there.
    company_name: Option<String>,
    /// Street and house number.
    address: Option<String>,
    /// More of the address.
    address2: Option<String>,
    /// The post code, in upper case.
    post_code: Option<String>,
    /// The city.
    city: Option<String>,
    /// The county or state.
    county: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// A mobile telephone number.
    mobile: Option<String>,
    /// A fax number.
    fax: Option<String>,
    /// An e-mail address, or several parted by `;`.
    email: Option<String>,
    /// The address of a web page.
    home_page: Option<String>,
    #[graphql(skip)]
    row: contact_address::Model,
}

/// When an alternative address holds.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactAddressPeriod {
    /// The first day.
    starting_date: Date,
    /// The last day; null if it goes on.
    ending_date: Option<Date>,
}

impl From<contact_address::Model> for ContactAddress {
    fn from(row: contact_address::Model) -> Self {
        Self {
            code: row.code.clone(),
            company_name: row.company_name.clone(),
            address: row.address.clone(),
            address2: row.address2.clone(),
            post_code: row.post_code.clone(),
            city: row.city.clone(),
            county: row.county.clone(),
            phone: row.phone.clone(),
            mobile: row.mobile.clone(),
            fax: row.fax.clone(),
            email: row.email.clone(),
            home_page: row.home_page.clone(),
            row,
        }
    }
}

#[ComplexObject]
impl ContactAddress {
    /// The country or region.
    async fn country(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let key = (CodeKind::Country, self.row.country.clone()?);
        let found = ctx.data_unchecked::<Loaders>().code.load_one(key).await;
        found.map(|row| row.map(Code)).map_err(Into::into).transpose()
    }

    /// When it holds, in the order in which the periods begin.
    async fn periods(&self, ctx: &Context<'_>) -> Result<Vec<ContactAddressPeriod>> {
        let loaders = ctx.data::<Loaders>()?;
        let periods = loaders.address_periods.load_one(self.row.contact_id).await?;
        let own = periods.unwrap_or_default().into_iter().filter(|it| it.code == self.row.code);
        let shown = own.map(|it| ContactAddressPeriod {
            starting_date: Date(it.starting_date),
            ending_date: it.ending_date.map(Date),
        });
        Ok(shown.collect())
    }
}

impl ContactAddress {
    /// All of a contact; nothing if they are hidden: each is personal as a whole.
    pub(super) async fn all(ctx: &Context<'_>, contact_id: i32) -> Result<Option<Vec<Self>>> {
        if !ctx.data::<domain::Context>()?.viewer.sees_personal_data() {
            return Ok(None);
        }
        let rows = ctx.data::<Loaders>()?.contact_addresses.load_one(contact_id).await?;
        Ok(Some(rows.unwrap_or_default().into_iter().map(Self::from).collect()))
    }

    /// The one that holds on a day.
    pub(in crate::graphql) async fn on(
        ctx: &Context<'_>,
        contact_id: i32,
        date: Option<Date>,
    ) -> Result<Option<Self>> {
        let context = ctx.data::<domain::Context>()?;
        if !context.viewer.sees_personal_data() {
            return Ok(None);
        }
        let date = date.map_or_else(|| context.today(), |it| it.0);
        let row = ctx.data::<Loaders>()?.active_address.load_one((contact_id, date)).await?;
        Ok(row.map(Self::from))
    }
}
