//! What can be wrong with a file, as a code with words in both languages. A problem names a place, never what stands there.

use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportCode {
    /// The file cannot be read.
    FileUnreadable,
    /// Not a `GeoJSON` feature collection.
    NotGeojson,
    /// Not a table of comma-separated values in UTF-8.
    NotCsv,
    /// Nothing in it.
    Empty,
    /// A column or property that must be there is not.
    Missing,
    /// A value nobody knows.
    Unknown,
    /// Not a polygon, or one with fewer than four corners or corners off the globe.
    BadShape,
    /// The same name twice.
    Twice,
    /// Two grids share ground.
    Overlap,
    /// Too long or out of range.
    OutOfRange,
}

impl ImportCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::FileUnreadable,
        Self::NotGeojson,
        Self::NotCsv,
        Self::Empty,
        Self::Missing,
        Self::Unknown,
        Self::BadShape,
        Self::Twice,
        Self::Overlap,
        Self::OutOfRange,
    ];

    /// The code as it is printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FileUnreadable => "file_unreadable",
            Self::NotGeojson => "not_geojson",
            Self::NotCsv => "not_csv",
            Self::Empty => "empty",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::BadShape => "bad_shape",
            Self::Twice => "twice",
            Self::Overlap => "overlap",
            Self::OutOfRange => "out_of_range",
        }
    }

    /// The same in Chinese and in English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::FileUnreadable => ("文件无法读取", "the file cannot be read"),
            Self::NotGeojson => ("不是 GeoJSON FeatureCollection", "is not a GeoJSON feature collection"),
            Self::NotCsv => ("不是 UTF-8 编码的 CSV 表格", "is not a CSV table in UTF-8"),
            Self::Empty => ("没有内容", "holds nothing"),
            Self::Missing => ("缺少这一项", "is missing"),
            Self::Unknown => ("无法识别的内容", "is not known"),
            Self::BadShape => ("不是有效的多边形", "is not a valid polygon"),
            Self::Twice => ("重复出现", "appears twice"),
            Self::Overlap => ("与另一个网格重叠", "overlaps another grid"),
            Self::OutOfRange => ("过长或超出范围", "is too long or out of range"),
        }
    }
}

/// One thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// What.
    pub code: ImportCode,
    /// Where: a row and column, or a feature and property.
    pub place: String,
}

impl ImportProblem {
    pub(crate) fn new(code: ImportCode, place: impl Into<String>) -> Self {
        let place = place.into();
        Self { code, place }
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.code.words();
        match self.place.as_str() {
            "" => write!(f, "[{}] {zh} / {en}", self.code.as_str()),
            place => write!(f, "[{}] {place}: {zh} / {en}", self.code.as_str()),
        }
    }
}
