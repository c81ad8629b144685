//! `urval serve`: the server, until it is told to stop.

use tokio::{net::TcpListener, signal};

use super::{Failure, open_to_serve};
use crate::{
    config::{Config, Listening, Requests},
    domain::{Context, access, idempotency},
    graphql::{self, Introspection},
    http::{self, App, Documents, Hosts, Settings},
};

pub(super) async fn run(config: &Config, listening: &Listening) -> Result<(), Failure> {
    let (context, _lock) = open_to_serve(config).await?;
    serve(context, listening).await
}

/// Serves until SIGINT or SIGTERM; what is under way is finished.
pub(super) async fn serve(mut context: Context, listening: &Listening) -> Result<(), Failure> {
    context.metrics.slow_after = listening.slow_after;
    let address = listening.listen;
    let listener = TcpListener::bind(address).await.map_err(|err| {
        Failure::new(format!("can't listen on {address}: {err}\nChoose another with --listen."))
    })?;
    let address = listener.local_addr()?;
    let requires_token = listening.requires_token();
    // Whoever needs a token is not let in for coming from this machine.
    let any_host = requires_token || listening.insecure;
    let hosts = if any_host { Hosts::Any } else { Hosts::default() };
    let requests = &listening.requests;
    let settings = Settings {
        hosts,
        requires_token,
        rate_limit: requests.rate_limit,
        batch_max: requests.batch_max.into(),
        documents: documents(requests)?,
        oidc: listening.oidc(),
        proxies: listening.proxies(),
        attachment_bytes_max: requests.attachment_bytes_max,
        attachment_types: requests.attachment_types.clone(),
        ..Settings::default()
    };
    if requires_token && let Some(token) = access::first(&context).await? {
        super::say(&format!(
            "Everybody needs an access token. This is the first, and allows everything; it is not \
             shown again:\n\n    {token}\n\nMake others with `urval token create`."
        ));
    }
    let introspection = if requests.introspection { Introspection::On } else { Introspection::Off };
    let schema = graphql::build_with(context.clone(), introspection);
    let app = App::new(schema, context.clone(), settings);
    let relay = tokio::spawn(context.events.clone().relay(context.db.clone()));
    let zone = tokio::spawn(context.clone().keep_time_zone());
    let forget = tokio::spawn(idempotency::forget_always(context.clone()));
    super::say(&format!("Urval listens on http://{address}/ (the API is at /graphql)."));
    let served = http::serve(listener, app, told_to_stop()).await;
    relay.abort();
    zone.abort();
    forget.abort();
    tracing::info!("stopped");
    context.db.close().await?;
    Ok(served?)
}

/// The operations that clients may name.
fn documents(requests: &Requests) -> Result<Documents, Failure> {
    let mut documents = Documents::default();
    if let Some(place) = &requests.trusted_operations {
        documents = documents.trust(place).map_err(|err| Failure::new(err.to_string()))?;
        tracing::info!(operations = documents.trusted(), "trusted operations were read");
    }
    if requests.only_trusted {
        documents = documents.refuse_others();
    }
    Ok(if requests.persisted_queries { documents.remember() } else { documents })
}

/// Comes true when the operator or the system wants the server to end.
async fn told_to_stop() {
    let interrupted = async {
        if let Err(err) = signal::ctrl_c().await {
            tracing::warn!(error = %err, "SIGINT can't be listened for");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(err) => {
                tracing::warn!(error = %err, "SIGTERM can't be listened for");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("stopping: what is under way is finished first");
}
