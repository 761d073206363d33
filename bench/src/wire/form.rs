//! The same report as ODK Collect would submit it: one multipart body with one XML instance.

use std::fmt::Write as _;

use domain::{PlaceClaim, Report};

const BOUNDARY: &str = "----XungeBenchFormBoundary7d1c55";

/// The body of `POST /submission`.
pub(super) fn submission(report: &Report) -> String {
    let xml = instance(report);
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"{}.xml\"\r\n\
         Content-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\n\r\n{xml}\r\n--{BOUNDARY}--\r\n",
        report.id
    )
}

fn instance(report: &Report) -> String {
    let mut xml = String::from(
        "<?xml version='1.0' ?><data id=\"report\" version=\"1\" xmlns:orx=\"http://openrosa.org/xforms\">",
    );
    let position = report.place.chosen.as_ref().map(geopoint).unwrap_or_default();
    let grid = report
        .place
        .grid
        .as_ref()
        .map(|grid| grid.0.as_str())
        .unwrap_or_default();
    let home = report
        .home_grid
        .as_ref()
        .map(|grid| grid.0.as_str())
        .unwrap_or_default();
    let expected = report
        .expectation
        .as_ref()
        .map(|expected| (expected.queue.0.as_str(), expected.rule.as_str()));
    let (queue, rule) = expected.unwrap_or_default();
    let at = report.captured_at.millis().to_string();
    // A peer names its picture by the time it was taken; the bytes travel as further parts.
    let photo = report.photos.first().map(|_| format!("{at}.jpg")).unwrap_or_default();
    let fields = [
        ("category", report.category.0.as_str()),
        ("text", &report.text),
        ("place", &position),
        ("grid", grid),
        ("home_grid", home),
        ("captured_at", &at),
        ("source", "patrol"),
        ("queue", queue),
        ("rule", rule),
        ("photo", &photo),
    ];
    for (name, value) in fields {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        write!(xml, "<{name}>{value}</{name}>").unwrap_or_default();
    }
    write!(
        xml,
        "<orx:meta><orx:instanceID>uuid:{}</orx:instanceID></orx:meta></data>",
        report.id
    )
    .unwrap_or_default();
    xml
}

/// Latitude, longitude, altitude and accuracy, as the format has them.
fn geopoint(claim: &PlaceClaim) -> String {
    format!(
        "{} {} 0 {}",
        claim.point.lat,
        claim.point.lon,
        claim.accuracy_m.unwrap_or(0.0)
    )
}
