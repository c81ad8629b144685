//! In which segments contacts are, whatever form the pieces of a set have.

use roaring::RoaringBitmap;
use sea_orm::ConnectionTrait;
use urval::{
    db,
    domain::{Error, id::Kind, members, membership},
};

use super::make;
use crate::app::both;

/// Sets around each limit between Roaring's forms, in the second piece and in others.
fn sets() -> Vec<RoaringBitmap> {
    let first = 65_536_u32;
    let every = |step: usize, count: usize| (first..2 * first).step_by(step).take(count);
    // More than is learnt at once, so that the others are told from their pieces at first.
    let mut sets: Vec<RoaringBitmap> = vec![(first + 3..600_000).collect()];
    sets.extend([1, 4_095, 4_096, 4_097, 20_000].map(|count| every(2, count).collect()));
    sets.push((first..2 * first).collect());
    sets.push((first..2 * first - 1).chain(3 * first..3 * first + 9).collect());
    sets.push(every(3, first as usize).chain([7, 2 * first, u32::MAX >> 1]).collect());
    sets.push((0..first).collect());
    let mut runs: RoaringBitmap = (first + 10..first + 30_000).collect();
    runs.optimize();
    sets.push(runs);
    sets
}

both! {
    async fn membership_is_told_from_every_form_of_a_piece(app) {
        let sets = sets();
        let mut segments = Vec::new();
        for set in &sets {
            let id = Kind::Segment.key(&make::segment(&app).await, &[]).unwrap();
            let saved = db::write(&app.context.db, &[], async |txn| {
                let count = format!("UPDATE segment SET contacts_count = {} WHERE id = {id}", set.len());
                txn.execute_unprepared(&count).await?;
                members::save(txn, id, &RoaringBitmap::new(), set).await
            });
            saved.await.unwrap();
            segments.push(id);
        }
        let buried = db::write(&app.context.db, &[], async |txn| {
            members::bury(txn, &(0..200_000).collect()).await?;
            Ok::<_, Error>(())
        });
        buried.await.unwrap();
        let contacts = [
            7, 65_535, 65_536, 65_537, 65_538, 65_546, 70_001, 73_724, 73_726, 73_727, 73_728,
            73_730, 131_070, 131_071, 131_072, 196_608, 400_000, u32::MAX >> 1,
        ];
        let reader = app.context.db.reader();
        let told = membership::segments_of_each(&app.context, &contacts).await.unwrap();
        assert_eq!(membership::segments_of_each(&app.context, &contacts).await.unwrap(), told);
        for (contact, told) in contacts.into_iter().zip(told) {
            let holds = segments.iter().zip(&sets).filter(|(_, set)| set.contains(contact));
            let expected: Vec<i64> = holds.map(|(id, _)| *id).collect();
            assert_eq!(told, expected, "{contact}");
            let alone = membership::segments_with_any(reader, &[contact].into()).await.unwrap();
            assert_eq!(alone, expected, "{contact}");
        }
        let any = membership::segments_with_any(reader, &[7, 70_001, 65_538].into()).await.unwrap();
        let holds = |set: &RoaringBitmap| [7, 70_001, 65_538].iter().any(|it| set.contains(*it));
        let expected = segments.iter().zip(&sets).filter(|(_, set)| holds(set)).map(|(id, _)| *id);
        assert_eq!(any, expected.collect::<Vec<_>>());
        assert!(membership::segments_of_each(&app.context, &[]).await.unwrap().is_empty());
    }
}
