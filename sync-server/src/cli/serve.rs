//! `serve`: opens the data, listens, and stops gracefully.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::start::{self, ensure_street, failed, open};
use super::{Stop, backup, say};
use crate::backup::postgres::{self, Copies};
use crate::backup::{BackupError, are_photos_elsewhere, take};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{BackupBy, BackupPlan, Config, LogFormat};
use crate::office::Office;
use crate::places::Places;
use crate::server::Server;
use crate::setup::issue_link;
use crate::{demo, fence, rules};

/// Requests still running this long after a stop was asked for are cut; live streams never end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until a signal.
pub(super) fn serve(config: &Config) -> Result<(), Stop> {
    start_log(config)?;
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Stop::new("internal", "无法统计指标", &format!("no metrics: {error}")))?;
    let office = Office {
        public_url: config.public_url.clone(),
        behind_proxy: config.behind_proxy,
        ui: Some(config.office_dir.clone()),
        metrics: Some(metrics),
        ..Office::default()
    };
    let _hold = start::hold(&config.places)?;
    let server = open(config, office)?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Stop::new("internal", "无法启动", &format!("no runtime: {}", error.kind())))?;
    // The address is taken before anything is printed, so that nobody follows a link to another server.
    let listener = runtime
        .block_on(TcpListener::bind(config.listen))
        .map_err(|error| taken(config, &error))?;
    let address = listener.local_addr().unwrap_or(config.listen);
    welcome(config, &server, address)?;
    let _runs = runtime.enter();
    if let Some(plan) = config.backup.clone() {
        start_copies(&server, config, plan)?;
    }
    runtime.block_on(run(listener, server))
}

fn taken(config: &Config, error: &std::io::Error) -> Stop {
    Stop(format!(
        "[listen_failed] {}: 无法监听该地址 / cannot listen there ({})",
        config.listen,
        error.kind()
    ))
}

fn start_log(config: &Config) -> Result<(), Stop> {
    let filter = EnvFilter::try_new(&config.log).or(Err(Stop::new(
        "log_invalid",
        "日志级别无法识别",
        "the log filter is not understood",
    )))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| Stop::new("internal", "无法记录日志", &format!("no log: {error}")))
}

/// What the person who started the server needs now: the office's address, and how to get in.
fn welcome(config: &Config, server: &Server, address: SocketAddr) -> Result<(), Stop> {
    let base = format!("http://{address}");
    if config.demo {
        let printed = demo::start(server).map_err(|failure| failed(&failure))?;
        if let Some(demo) = printed {
            say(&demo.in_a_box(config.public_url.as_deref().unwrap_or(&base)));
            return Ok(());
        }
    }
    ensure_street(server)?;
    say(&format!("Xunge 巡格 {base}"));
    if let Some(token) = issue_link(server).map_err(|failure| failed(&failure))? {
        say(&format!(
            "首次启动：15 分钟内在本机打开 First start: open on this machine within 15 minutes\n  {base}/setup#{token}"
        ));
    }
    Ok(())
}

/// Makes the copies until the server ends. Says at the start what would otherwise only be found out when one is needed.
fn start_copies(server: &Server, config: &Config, plan: BackupPlan) -> Result<(), Stop> {
    let places = config.places.clone();
    let elsewhere = match &plan.by {
        BackupBy::Server { to, .. } => backup::is_elsewhere(&places, to),
        // A standby has the rows, not the photos.
        BackupBy::Postgres(_) => are_photos_elsewhere(&places.photos).map_err(BackupError::from),
    };
    let elsewhere = elsewhere.map_err(|error| backup::stopped(&places, &error))? || plan.carried_off;
    if !elsewhere {
        tracing::warn!("the copies lie on no share of another machine: phones go on keeping everything");
    }
    match plan.by {
        BackupBy::Server { to, every } => drop(tokio::spawn(again_and_again(places, to, every, plan.carried_off))),
        BackupBy::Postgres(rows) => {
            let photos = (!plan.carried_off).then_some(places.photos);
            drop(tokio::spawn(postgres::run(server.clone(), Copies { rows, photos })));
        }
    }
    Ok(())
}

/// Serves until a signal, or until the database's history is another one than this server began with.
async fn run(listener: TcpListener, server: Server) -> Result<(), Stop> {
    tokio::spawn(rules::run(server.clone()));
    let mut history = tokio::spawn(fence::run(server.clone()));
    let stopped = server.clone();
    let app = crate::routes::router(server).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let mut seen = stopping.clone();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        drop(seen.wait_for(|stop| *stop).await);
    });
    let served = async move {
        if let Err(error) = serving.await {
            tracing::error!(kind = ?error.kind(), "serving ended");
        }
    };
    tokio::select! {
        () = served => {}
        () = cut(stop) => {}
        _ended = &mut history => {
            return Err(Stop::new(
                "history_ended",
                "数据库已恢复或由备库接管，请重新启动服务器",
                "the database was restored, or a standby took over; start the server again",
            ));
        }
    }
    if let Err(failure) = fence::keep(&stopped, None).await {
        tracing::error!(code = ?failure.wire().code, "the fence was not written");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Copies database and photos until the server ends. A failure is told, and the next time tries again.
async fn again_and_again(places: Places, to: PathBuf, every: Duration, carried_off: bool) {
    let mut often = tokio::time::interval(every);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        let (places, to) = (places.clone(), to.clone());
        let done = tokio::task::spawn_blocking(move || {
            let counts = carried_off || backup::is_elsewhere(&places, &to)?;
            take(&places, &to, counts, SystemClock.now())
        });
        match done.await {
            Ok(Ok(taken)) if taken.missing.is_empty() => {
                tracing::info!(
                    name = taken.name,
                    photos = taken.photos,
                    counts = taken.counts,
                    "copied"
                );
            }
            Ok(Ok(taken)) => tracing::error!(
                missing = taken.missing.len(),
                "photos are missing, the copy is not whole"
            ),
            Ok(Err(error)) => tracing::error!(%error, "no copy was made"),
            Err(_panicked) => tracing::error!("no copy was made"),
        }
    }
}

/// Waits for a signal, tells the server to finish, and returns after the grace time.
async fn cut(stop: tokio::sync::watch::Sender<bool>) {
    asked_to_stop().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    tokio::time::sleep(GRACE).await;
}

async fn asked_to_stop() {
    let interrupt = wait_for(SignalKind::interrupt());
    let terminate = wait_for(SignalKind::terminate());
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// A signal that cannot be listened for never comes.
async fn wait_for(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_unavailable) => std::future::pending().await,
    }
}
