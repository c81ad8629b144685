//! A file that comes in, as it arrives, within the limits of size and time.

use std::{io, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::response::Refusal;

/// How large a table file may be: some ten million contacts.
pub(super) const TABLE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// A client has to send at least so much of it in a second, on the whole.
const BYTES_PER_SECOND_MIN: u64 = 1024;

/// Turns away a file that is too large before anything of it is read, if its length is told.
pub(super) fn check_length(headers: &HeaderMap, bytes_max: u64) -> Result<(), Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match length.and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if bytes_max < length => {
            let message = format!("A file has at most {bytes_max} bytes.");
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            Err(Refusal::new(status, "PAYLOAD_TOO_LARGE", message))
        }
        _ => Ok(()),
    }
}

struct Upload {
    body: BodyDataStream,
    size: u64,
    bytes_max: u64,
    /// How long the client may let us wait in all, besides the time its bytes have earned it.
    patience: Duration,
    waited: Duration,
    stopping: watch::Receiver<bool>,
}

/// The body, piece by piece. It ends with an error if it is too long, comes too slowly, breaks off,
/// or if the server stops.
pub(super) fn bytes(
    body: Body,
    bytes_max: u64,
    patience: Duration,
    stopping: watch::Receiver<bool>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let body = body.into_data_stream();
    let upload = Upload { body, size: 0, bytes_max, patience, waited: Duration::ZERO, stopping };
    stream::unfold(upload, async |mut upload| {
        let piece = upload.next().await.transpose()?;
        Some((piece, upload))
    })
}

impl Upload {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let earned = Duration::from_secs(self.size / BYTES_PER_SECOND_MIN);
        let allowed = (self.patience + earned).saturating_sub(self.waited);
        let begun = Instant::now();
        let piece = tokio::select! {
            biased;
            _ = async { self.stopping.wait_for(|stopping| *stopping).await.is_ok() } => {
                return Err(io::Error::other("the server stops"));
            }
            piece = timeout(allowed, self.body.next()) => piece,
        };
        self.waited += begun.elapsed();
        let Ok(piece) = piece else {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it comes too slowly"));
        };
        // What went wrong is between the client and its connection.
        let piece = piece.transpose().map_err(|_| io::Error::other("the connection broke"))?;
        self.size += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        let bytes_max = self.bytes_max;
        if bytes_max < self.size {
            let message = format!("it has more than {bytes_max} bytes");
            return Err(io::Error::other(message));
        }
        Ok(piece)
    }
}
