//! Whether the database keeps its promises: what follows from something else agrees with it, what
//! is referred to is there, and what is added up is within its bounds. Only reads, and sees everything as it was at one moment.

mod bounds;
mod contacts;
mod references;
mod saved;
mod sets;
mod words;

use sea_orm::DatabaseTransaction;

use crate::{
    db,
    domain::{Context, Result},
};

/// Findings of one rule; there may be millions, and these are enough to see what happened.
const FINDINGS_MAX: u64 = 1000;

/// What is told while the database is checked.
#[derive(Debug)]
pub enum Notice<'a> {
    /// What comes next, and how many of it there are.
    Begun { what: &'static str, total: u64 },
    /// How many of it are done.
    At(u64),
    /// Something is wrong, in a sentence.
    Found(&'a str),
}

/// Checks the whole database; returns how many things are wrong. Memory is bounded by one set and
/// its steps, one at a time, and eight bytes a contact.
///
/// # Errors
/// What the database says.
pub async fn check(context: &Context, tell: &mut (dyn FnMut(Notice<'_>) + Send)) -> Result<u64> {
    let txn = db::snapshot(&context.db).await?;
    let mut run = Run { txn, tell, found: 0 };
    let living = contacts::check(&mut run).await?;
    references::check(&mut run).await?;
    bounds::check(&mut run).await?;
    sets::check(&mut run, &living).await?;
    saved::check(&mut run).await?;
    run.txn.rollback().await?;
    Ok(run.found)
}

/// A check under way.
struct Run<'a> {
    txn: DatabaseTransaction,
    tell: &'a mut (dyn FnMut(Notice<'_>) + Send),
    found: u64,
}

impl Run<'_> {
    fn begin(&mut self, what: &'static str, total: u64) {
        (self.tell)(Notice::Begun { what, total });
    }

    fn at(&mut self, done: u64) {
        (self.tell)(Notice::At(done));
    }

    fn found(&mut self, what: &str) {
        self.found += 1;
        (self.tell)(Notice::Found(what));
    }
}
