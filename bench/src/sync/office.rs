//! How soon the office sees a report: from the phone's first byte to the office's list with the case in it, through the
//! hint on the open event stream. Later than the commit, so that the figure is never too good.

use std::net::SocketAddr;
use std::time::Instant;

use super::clients;
use crate::client::Connection;
use crate::fault::Fault;
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::Street;

/// Reports in one run, where the office is connected to the process that takes them.
const COUNT: usize = 100;

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let mut street = Street::start(1)?;
    let address = street.address;
    let [p50, p99] = seen_from(&mut street, address, COUNT)?;
    Ok(vec![
        Measure::aimed("office_sees_p50_ms", "ms", &p50, 15.0),
        Measure::aimed("office_sees_p99_ms", "ms", &p99, 1_000.0),
    ])
}

/// Medians and 99th percentiles of runs of so many reports, where the office is connected to the server at `office`.
pub(crate) fn seen_from(street: &mut Street, office: SocketAddr, count: usize) -> Result<[Vec<f64>; 2], Fault> {
    let texts = Texts::read()?;
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let mut times = clients()?.block_on(seen(street, office, &texts, count))?;
        times.sort_by(f64::total_cmp);
        if run > 0 {
            p50.push(times[count / 2]);
            p99.push(times[count * 99 / 100]);
        }
    }
    Ok([p50, p99])
}

async fn seen(street: &mut Street, address: SocketAddr, texts: &Texts, count: usize) -> Result<Vec<f64>, Fault> {
    let office = Street::office_headers();
    let mut hints = Connection::open(address).await?;
    hints.watch(&office).await?;
    let (mut browser, mut sender) = (
        Connection::open(address).await?,
        Connection::open(street.address).await?,
    );
    let phone = &mut street.phones[0];
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let reports = phone.capture(texts, 1);
        let (body, text) = (
            crate::phone::packed(&serde_json::to_vec(&phone.push_of(&reports)?)?)?,
            &reports[0].text,
        );
        let began = Instant::now();
        let look = async {
            hints.hint().await?;
            let list = browser.ask("GET /v1/cases", &office, &[]).await?;
            list.succeeded()?;
            let seen = String::from_utf8_lossy(&list.plain()?).contains(text.as_str());
            let took = began.elapsed().as_secs_f64() * 1e3;
            if seen { Ok(took) } else { Err(Fault::Client) }
        };
        let (sent, took) = tokio::join!(sender.post(&phone.token, "/v1/push", &body), look);
        sent?.succeeded()?;
        times.push(took?);
        // Hints of this report that came in later belong to it, not to the next one.
        hints.quiet().await?;
    }
    Ok(times)
}
