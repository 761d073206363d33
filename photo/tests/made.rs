//! Pictures made here, so that the rules are checked where the real photographs are not.

#[cfg(test)]
#[path = "made/fixture.rs"]
mod fixture;

use domain::PhotoFlag::{
    self, ExifDamaged, Mislabelled, NoExif, OrientationInvalid, PositionInvalid, PositionZero, Salvaged,
    TimeImplausible, TimeWithoutZone, TrailingBytes, Undecodable,
};
use domain::{ErrorCode, LatLon};
use fixture::{Exif, Gps, jpeg, jpeg_with, process, refusal};
use proptest::prelude::*;

#[test]
fn the_copies_are_upright_and_carry_nothing_of_the_files_own_words() {
    let photo = process(&jpeg_with(
        300,
        200,
        &Exif {
            orientation: Some(6),
            ..Exif::default()
        },
    ));
    let upright = photo.manifest.upright.clone().unwrap();
    assert_eq!((upright.width, upright.height, photo.orientation), (200, 300, 6));
    for copy in [photo.upright.unwrap(), photo.preview.unwrap()] {
        assert!(!copy.windows(4).any(|four| four == b"Exif"));
    }
    let original = photo.manifest.original.unwrap();
    assert_eq!(
        (original.width, original.height, original.mime.as_str()),
        (200, 300, "image/jpeg")
    );
}

#[test]
fn a_large_picture_is_shrunk_and_a_small_one_is_left_as_it_is() {
    let sides = |width, height| {
        let manifest = process(&jpeg(width, height)).manifest;
        let (upright, preview) = (manifest.upright.unwrap(), manifest.preview.unwrap());
        [(upright.width, upright.height), (preview.width, preview.height)]
    };
    assert_eq!(sides(3000, 1500), [(2048, 1024), (320, 160)]);
    assert_eq!(sides(90, 60), [(90, 60), (90, 60)]);
}

#[test]
fn an_orientation_outside_the_standard_is_ignored_and_told() {
    for orientation in [0, 9, 151] {
        let photo = process(&jpeg_with(
            30,
            20,
            &Exif {
                orientation: Some(orientation),
                ..Exif::default()
            },
        ));
        assert_eq!((photo.orientation, photo.manifest.flags), (1, vec![OrientationInvalid]));
    }
}

#[test]
fn a_time_is_believed_only_when_it_can_be_one() {
    const MORNING: i64 = 1_784_326_200_000;
    type Case = (&'static str, Option<&'static str>, Option<i64>, &'static [PhotoFlag]);
    let cases: [Case; 10] = [
        ("2026:07:18 06:10:00", Some("+08:00"), Some(MORNING), &[]),
        ("2026:07:17 22:10:00", Some("Z"), Some(MORNING), &[]),
        ("2026-07-18T06:10:00", Some("+08:00"), Some(MORNING), &[]),
        ("2026:07:18 06:10:00", None, Some(MORNING), &[TimeWithoutZone]),
        ("2026:07:18 06:10:00", Some("   :  "), Some(MORNING), &[TimeWithoutZone]),
        ("0000:00:00 00:00:00", Some("+08:00"), None, &[TimeImplausible]),
        ("1970:01:01 08:00:00", Some("+08:00"), None, &[TimeImplausible]),
        ("2099:01:01 00:00:00", Some("+08:00"), None, &[TimeImplausible]),
        ("soon, in 3 hours' time", None, None, &[TimeImplausible]),
        ("    :  :     :  :  ", None, None, &[]),
    ];
    for (taken, offset, due, flags) in cases {
        let manifest = process(&jpeg_with(
            8,
            8,
            &Exif {
                taken: Some(taken),
                offset,
                ..Exif::default()
            },
        ))
        .manifest;
        assert_eq!(
            (manifest.taken_at.map(|at| at.millis()), &manifest.flags[..]),
            (due, flags),
            "{taken} {offset:?}"
        );
    }
}

#[test]
fn a_position_is_believed_only_when_it_is_whole_and_on_earth() {
    let here = Some(LatLon { lat: 39.5, lon: 116.25 });
    let south_west = Some(LatLon {
        lat: -39.5,
        lon: -116.25,
    });
    let whole = |degrees, minutes| Some([(degrees, 1), (minutes, 1), (0, 1)]);
    let (lat, lon, zero, nothing) = (whole(39, 30), whole(116, 15), whole(0, 0), Some([(0, 0); 3]));
    let north_east = Some(("N", "E"));
    let cases: [(_, _, _, _, &[PhotoFlag]); 10] = [
        (lat, lon, north_east, here, &[]),
        (lat, lon, Some(("S", "W")), south_west, &[]),
        (lat, lon, Some(("s", "w")), south_west, &[]),
        (lat, lon, None, here, &[]),
        (lat, lon, Some(("Q", "E")), None, &[PositionInvalid]),
        (zero, zero, north_east, None, &[PositionZero]),
        (whole(95, 0), lon, north_east, None, &[PositionInvalid]),
        (lat, None, north_east, None, &[PositionInvalid]),
        (nothing, lon, north_east, None, &[PositionInvalid]),
        (nothing, nothing, None, None, &[]),
    ];
    for (lat, lon, refs, due, flags) in cases {
        let gps = Gps { lat, lon, refs };
        let exif = Exif {
            gps: Some(gps),
            ..Exif::default()
        };
        let manifest = process(&jpeg_with(8, 8, &exif)).manifest;
        assert_eq!((manifest.position, &manifest.flags[..]), (due, flags), "{gps:?}");
    }
}

#[test]
fn sizes_that_no_camera_makes_are_refused_by_the_header_alone() {
    for bomb in [
        fixture::png_header(30_000, 30_000),
        fixture::jpeg_header(0xc2, 9000, 9000),
        fixture::jpeg_header(0xc0, 65_500, 65_500),
        fixture::webp_header(16_383),
    ] {
        assert_eq!(refusal(&bomb), ErrorCode::PhotoTooManyPixels);
    }
}

#[test]
fn a_progressive_picture_within_the_limit_of_pixels_is_refused_when_it_would_cost_too_much_memory() {
    assert_eq!(
        refusal(&fixture::jpeg_header(0xc2, 7000, 7000)),
        ErrorCode::PhotoTooManyPixels
    );
    // The same size as a baseline file would be tried; there is nothing behind this header.
    assert_eq!(
        refusal(&fixture::jpeg_header(0xc0, 7000, 7000)),
        ErrorCode::PhotoDamaged
    );
}

#[test]
fn what_is_no_picture_is_refused_with_its_reason() {
    assert_eq!(refusal(b""), ErrorCode::PhotoEmpty);
    for bytes in [
        &b"\xff"[..],
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04",
    ] {
        assert_eq!(refusal(bytes), ErrorCode::PhotoNotAnImage);
    }
    assert_eq!(refusal(&jpeg(64, 64)[..40]), ErrorCode::PhotoDamaged);
}

#[test]
fn half_a_picture_is_salvaged_and_told() {
    let whole = jpeg(400, 400);
    let photo = process(&whole[..whole.len() * 2 / 3]);
    assert_eq!(photo.manifest.flags, [NoExif, Salvaged]);
    assert!(photo.upright.is_some());
    let without_start = process(
        &jpeg_with(
            40,
            40,
            &Exif {
                orientation: Some(1),
                ..Exif::default()
            },
        )[2..],
    );
    assert_eq!(without_start.manifest.flags, [Salvaged]);
    let png = fixture::png(200, 200);
    assert_eq!(process(&png[..png.len() * 2 / 3]).manifest.flags, [NoExif, Salvaged]);
}

#[test]
fn bytes_behind_the_picture_and_wrong_endings_are_told() {
    for picture in [jpeg(20, 20), fixture::png(20, 20), fixture::webp(20, 20)] {
        let more = [&picture[..], b"PK\x03\x04 and more"].concat();
        assert_eq!(process(&more).manifest.flags, [NoExif, TrailingBytes]);
    }
    assert_eq!(
        fixture::process_named(&fixture::png(4, 4), "a.jpg").manifest.flags,
        [NoExif, Mislabelled]
    );
    assert_eq!(fixture::process_named(&jpeg(4, 4), "a.JPEG").manifest.flags, [NoExif]);
}

#[test]
fn a_format_that_cannot_be_decoded_keeps_its_original_and_says_so() {
    let photo = process(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat");
    assert_eq!(photo.manifest.flags, [NoExif, Undecodable]);
    assert_eq!(
        (photo.media_type, photo.manifest.upright.is_none()),
        ("image/heic", true)
    );
    assert_eq!(photo.require_copies().unwrap_err().code, ErrorCode::PhotoUndecodable);
}

#[test]
fn time_place_and_displayed_size_are_read_from_a_file_that_cannot_be_decoded() {
    let manifest = process(&fixture::of_kind(4)).manifest;
    let original = manifest.original.unwrap();
    assert_eq!((original.width, original.height), (3024, 4032));
    assert_eq!(manifest.position, Some(LatLon { lat: 39.5, lon: 116.25 }));
    assert_eq!(manifest.taken_at.map(|at| at.millis()), Some(1_784_326_200_000));
}

#[test]
fn damaged_exif_costs_its_claims_and_not_the_picture() {
    let mut bytes = jpeg_with(
        16,
        16,
        &Exif {
            taken: Some("2026:07:18 06:10:00"),
            ..Exif::default()
        },
    );
    let tiff = bytes.windows(6).position(|six| six == b"Exif\0\0").unwrap() + 6;
    bytes[tiff..tiff + 2].copy_from_slice(b"??");
    let manifest = process(&bytes).manifest;
    assert_eq!((manifest.flags, manifest.upright.is_some()), (vec![ExifDamaged], true));
}

#[test]
fn an_enrolment_code_is_read_from_any_picture_format_at_any_size() {
    let text = "xunge://enrol?server=http%3A%2F%2F192.168.1.20%3A8420&code=K7QM-2XRD";
    for (scale, margin) in [(3, 4), (12, 10), (4, 300)] {
        for picture in fixture::qr(text, scale, margin) {
            assert_eq!(photo::qr::decode(&picture).unwrap(), text, "{scale} {margin}");
        }
    }
    assert_eq!(
        photo::qr::decode(&jpeg(300, 300)).unwrap_err().code,
        ErrorCode::QrNotFound
    );
    assert_eq!(
        photo::qr::decode(b"no picture").unwrap_err().code,
        ErrorCode::PhotoNotAnImage
    );
    assert_eq!(photo::qr::decode(b"").unwrap_err().code, ErrorCode::PhotoEmpty);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_picture_brings_the_pipeline_down(
        kind in 0..fixture::KINDS,
        cut in prop::option::of(0.0..1.0_f64),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let mut bytes = fixture::of_kind(kind);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| (bytes.len() as f64 * cut) as usize));
        if let Ok(photo) = fixture::try_process(&bytes) {
            prop_assert_eq!(photo.upright.is_none(), photo.manifest.flags.contains(&Undecodable));
            prop_assert!((1..=8).contains(&photo.orientation));
        }
        drop(photo::qr::decode(&bytes));
    }
}
