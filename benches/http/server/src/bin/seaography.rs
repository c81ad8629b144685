//! A GraphQL server made by Seaography of the entities, with its defaults.
//!
//! Its own pages are counted whole, and its cursors know no order but that of the keys. So the page
//! has a query of its own, in the way that Seaography offers for such: all below it is Seaography's.

use async_graphql_axum::GraphQL;
use axum::{Router, routing::post_service};
use sea_orm::{
    DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use seaography::{
    Builder, BuilderContext, CustomFields,
    async_graphql::{self, Context},
    lazy_static::lazy_static,
};
use urval_peers::entity::{contact, contact_code, interaction, segment, segment_member};

lazy_static! {
    static ref CONTEXT: BuilderContext = BuilderContext::default();
}

struct Page;

#[CustomFields]
impl Page {
    /// Contacts in the order of their names, from past a name and a key.
    async fn contact_page(
        ctx: &Context<'_>,
        name: String,
        id: i32,
        first: u64,
    ) -> async_graphql::Result<Vec<contact::Model>> {
        use contact::Column::{Id, NameFold};
        let place = Expr::tuple([Expr::col(NameFold), Expr::col(Id)]);
        let page = contact::Entity::find()
            .filter(place.gt(Expr::tuple([Expr::val(name), Expr::val(id)])))
            .order_by_asc(NameFold)
            .order_by_asc(Id)
            .limit(first);
        Ok(page.all(ctx.data::<DatabaseConnection>()?).await?)
    }
}

#[tokio::main]
async fn main() {
    urval_peers::serve(|db| {
        let mut builder = Builder::new(&CONTEXT, db.clone());
        seaography::register_entities!(
            builder,
            [contact, contact_code, interaction, segment, segment_member]
        );
        builder.queries.extend(Page::to_fields(&CONTEXT));
        let schema = builder.schema_builder().data(db).finish().expect("the entities fit together");
        Router::new().route("/graphql", post_service(GraphQL::new(schema)))
    })
    .await;
}
