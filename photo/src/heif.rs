//! HEIF files (HEIC, AVIF): where the EXIF block lies and how large the picture is. Nothing is decoded.
//!
//! Written here because a general reader joins the pieces of an item, and a small file can claim the same megabyte
//! tens of thousands of times; this one takes the first piece only and copies nothing.

/// What was found; everything may be absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// Width and height as displayed, zeros when unknown.
    pub(crate) displayed: (u32, u32),
    /// The EXIF block from its TIFF header on.
    pub(crate) exif: Option<&'a [u8]>,
}

/// Reads the `meta` box of a HEIF file.
pub(crate) fn read(input: &[u8]) -> Found<'_> {
    let Some(meta) = child(input, b"meta").and_then(|meta| meta.get(4..)) else {
        return Found::default();
    };
    let primary = child(meta, b"pitm").and_then(primary_item).unwrap_or(1);
    Found {
        displayed: child(meta, b"iprp")
            .and_then(|properties| displayed(properties, primary))
            .unwrap_or_default(),
        exif: exif(input, meta),
    }
}

/// The boxes in `bytes`: type and content. A box that claims more than there is gets what there is.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let size = u64::from(number(rest, 0, 4)?);
        let kind = rest.get(4..8)?.try_into().ok()?;
        let (header, size) = match size {
            0 => (8, rest.len() as u64),
            1 => (
                16,
                u64::from(number(rest, 8, 4)?) << 32 | u64::from(number(rest, 12, 4)?),
            ),
            size => (8, size),
        };
        // A size smaller than the header would never end.
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len());
        let content = rest.get(header..size)?;
        rest = &rest[size..];
        Some((kind, content))
    })
}

fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes)
        .find(|(found, _)| *found == kind)
        .map(|(_, content)| content)
}

/// A big-endian number of `width` bytes, at most four.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u32> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    Some(digits.iter().fold(0, |value, digit| value << 8 | u32::from(*digit)))
}

fn primary_item(pitm: &[u8]) -> Option<u32> {
    let width = if *pitm.first()? == 0 { 2 } else { 4 };
    number(pitm, 4, width)
}

/// The size of item `item`, turned when its rotation is a quarter or three.
fn displayed(iprp: &[u8], item: u32) -> Option<(u32, u32)> {
    let properties: Vec<_> = boxes(child(iprp, b"ipco")?).collect();
    let own = associations(child(iprp, b"ipma")?, item)?;
    let mut own = own.iter().filter_map(|index| properties.get(index.checked_sub(1)?));
    let mut size = None;
    let mut turned = false;
    for (kind, content) in &mut own {
        match *kind {
            b"ispe" => size = Some((number(content, 4, 4)?, number(content, 8, 4)?)),
            b"irot" => turned = content.first().is_some_and(|angle| angle & 1 == 1),
            _ => {}
        }
    }
    size.map(|(width, height)| if turned { (height, width) } else { (width, height) })
}

/// The property numbers (from 1) of item `item`.
fn associations(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let (id_width, wide) = (if *ipma.first()? == 0 { 2 } else { 4 }, ipma.get(3)? & 1 == 1);
    let index_width = if wide { 2 } else { 1 };
    let index_mask = if wide { 0x7fff } else { 0x7f };
    let mut at = 8;
    loop {
        let id = number(ipma, at, id_width)?;
        let count = number(ipma, at + id_width, 1)? as usize;
        let first = at + id_width + 1;
        if id == item {
            let index = |n: usize| number(ipma, first + n * index_width, index_width);
            return (0..count).map(|n| Some((index(n)? & index_mask) as usize)).collect();
        }
        at = first + count * index_width;
    }
}

fn exif<'a>(input: &'a [u8], meta: &'a [u8]) -> Option<&'a [u8]> {
    let item = exif_item(child(meta, b"iinf")?)?;
    let place = location(child(meta, b"iloc")?, item)?;
    let source = if place.in_meta { child(meta, b"idat")? } else { input };
    let start = usize::try_from(place.offset).ok()?;
    let block = source.get(start..start.checked_add(usize::try_from(place.length).ok()?)?)?;
    // The block starts with the distance to the TIFF header.
    let header = number(block, 0, 4)? as usize;
    block.get(4usize.checked_add(header)?..)
}

/// The number of the item of type `Exif`.
fn exif_item(iinf: &[u8]) -> Option<u32> {
    let entries = iinf.get(if *iinf.first()? == 0 { 6 } else { 8 }..)?;
    boxes(entries)
        .filter(|(kind, _)| *kind == b"infe")
        .find_map(|(_, entry)| {
            let width = if *entry.first()? == 2 { 2 } else { 4 };
            let kind = entry.get(4 + width + 2..4 + width + 6)?;
            (kind == b"Exif").then(|| number(entry, 4, width))?
        })
}

struct Extent {
    in_meta: bool,
    offset: u64,
    length: u64,
}

/// The first piece of item `item`.
fn location(iloc: &[u8], item: u32) -> Option<Extent> {
    let version = *iloc.first()?;
    let (sizes, more) = (*iloc.get(4)?, *iloc.get(5)?);
    let widths = [
        sizes >> 4,
        sizes & 15,
        more >> 4,
        if version == 0 { 0 } else { more & 15 },
    ]
    .map(usize::from);
    let [offset_width, length_width, base_width, index_width] = widths;
    let id_width = if version < 2 { 2 } else { 4 };
    let mut at = 6 + id_width;
    loop {
        let id = number(iloc, at, id_width)?;
        at += id_width;
        let method = if version == 0 { 0 } else { number(iloc, at, 2)? & 15 };
        at += if version == 0 { 2 } else { 4 };
        let base = long(iloc, at, base_width)?;
        let extents = number(iloc, at + base_width, 2)? as usize;
        at += base_width + 2;
        if id == item {
            let offset = long(iloc, at + index_width, offset_width)?.checked_add(base)?;
            let length = long(iloc, at + index_width + offset_width, length_width)?;
            return (extents > 0 && method < 2).then_some(Extent {
                in_meta: method == 1,
                offset,
                length,
            });
        }
        at += extents * (index_width + offset_width + length_width);
    }
}

/// A big-endian number of 0, 4 or 8 bytes.
fn long(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    match width {
        0 => Some(0),
        4 => number(bytes, at, 4).map(u64::from),
        8 => Some(u64::from(number(bytes, at, 4)?) << 32 | u64::from(number(bytes, at + 4, 4)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_smaller_than_its_own_header_ends_the_walk() {
        assert_eq!(boxes(b"\0\0\0\x04free").count(), 0);
        assert_eq!(boxes(b"\0\0\0\x01free\0\0\0\0\0\0\0\x02").count(), 0);
    }

    #[test]
    fn a_box_with_an_absurd_length_gets_what_there_is() {
        let found: Vec<_> = boxes(b"\xff\xff\xff\xf0metaabcd").collect();
        assert_eq!(found, [(b"meta", b"abcd".as_slice())]);
    }

    #[test]
    fn a_file_without_a_meta_box_says_nothing() {
        assert_eq!(read(b"\0\0\0\x10ftypheic\0\0\0\0"), Found::default());
    }
}
