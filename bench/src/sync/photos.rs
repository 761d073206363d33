//! Photos in: hashed, written, flushed and known to the database before they are answered. Against writing the same
//! files one after another, each flushed, renamed and its folder flushed.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use domain::Sha256Hex;

use super::clients;
use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::{Phone, packed};
use crate::report::{Measure, RUNS};
use crate::reports::{Ids, Texts};
use crate::street::Street;
use crate::threads;

/// Phones that upload at the same time.
const PHONES: usize = 8;
/// Photos of each phone in one run.
const EACH: usize = 12;
/// Size of a photo.
const BYTES: usize = 260_000;

/// The photos of one phone.
struct Roll {
    phone: Phone,
    photos: Vec<(Sha256Hex, Vec<u8>)>,
}

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let texts = Texts::read()?;
    let mut street = Street::start(PHONES)?;
    let beside = street.folder().join("bare");
    fs::create_dir_all(&beside)?;
    let (mut ours, mut bare, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    let count = (PHONES * EACH) as f64;
    for run in 0..=RUNS {
        let rolls = announced(&mut street, &texts, run)?;
        let files: Vec<Vec<u8>> = rolls
            .iter()
            .flat_map(|roll| roll.photos.iter().map(|(_, bytes)| bytes.clone()))
            .collect();
        let (used, began) = (threads::server_ms()?, Instant::now());
        upload_all(street.address, rolls)?;
        let (seconds, used) = (began.elapsed().as_secs_f64(), threads::server_ms()? - used);
        let loop_seconds = bare_loop(&beside, run, &files)?;
        if run > 0 {
            ours.push(count / seconds);
            bare.push(count / loop_seconds);
            cpu.push(used / count);
        }
    }
    Ok(vec![
        Measure::new(
            "photos_in_per_s",
            "photos/s",
            &ours,
            "the same files flushed one by one",
            &bare,
        ),
        Measure::aimed("photos_in_per_s_aim", "photos/s", &ours, 500.0),
        Measure::aimed("photo_in_cpu_ms", "ms CPU", &cpu, 1.5),
    ])
}

/// New photos of every phone, after the reports that name them.
fn announced(street: &mut Street, texts: &Texts, run: usize) -> Result<Vec<Roll>, Fault> {
    let address = street.address;
    let mut ids = Ids::from(run as u64 + 7_000);
    let mut rolls = Vec::new();
    for phone in &mut street.phones {
        let mut reports = phone.capture(texts, EACH);
        let mut photos = Vec::new();
        for report in &mut reports {
            let bytes = ids.bytes(BYTES);
            let name = Sha256Hex(sync_server::hash::of(&bytes));
            if let Some(file) = report.photos.first_mut().and_then(|photo| photo.upright.as_mut()) {
                file.sha256 = name.clone();
                file.size = BYTES as u64;
            }
            photos.push((name, bytes));
        }
        let push = packed(&serde_json::to_vec(&phone.push_of(&reports)?)?)?;
        clients()?.block_on(async {
            let mut connection = Connection::open(address).await?;
            connection.post(&phone.token, "/v1/push", &push).await?.succeeded()
        })?;
        rolls.push(Roll {
            phone: phone.clone(),
            photos,
        });
    }
    Ok(rolls)
}

fn upload_all(address: SocketAddr, rolls: Vec<Roll>) -> Result<(), Fault> {
    clients()?.block_on(async {
        let sending: Vec<_> = rolls
            .into_iter()
            .map(|roll| tokio::spawn(upload(address, roll)))
            .collect();
        for sent in sending {
            sent.await.map_err(|_panicked| Fault::Client)??;
        }
        Ok(())
    })
}

async fn upload(address: SocketAddr, roll: Roll) -> Result<(), Fault> {
    let mut connection = Connection::open(address).await?;
    for (name, bytes) in &roll.photos {
        let line = format!("PUT /v1/blobs/{name}");
        let headers = "content-type: application/octet-stream\r\n";
        connection
            .phone(&roll.phone.token, &line, headers, bytes)
            .await?
            .succeeded()?;
    }
    Ok(())
}

fn bare_loop(folder: &Path, run: usize, files: &[Vec<u8>]) -> Result<f64, Fault> {
    let began = Instant::now();
    for (n, bytes) in files.iter().enumerate() {
        let draft = folder.join("part");
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, folder.join(format!("{run}-{n}")))?;
        File::open(folder)?.sync_all()?;
    }
    Ok(began.elapsed().as_secs_f64())
}
