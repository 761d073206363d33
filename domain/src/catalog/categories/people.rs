//! Disputes, and whatever fits nowhere else.

use super::super::{Category, Class};
use crate::clock::Limit;
use crate::photo::PhotoRole::Wide;

const BASE: Category = Category {
    class: Class::People,
    ..Category::PLAIN
};

pub(super) const PEOPLE: &[Category] = &[
    Category {
        id: "neighbor-dispute",
        zh: "邻里纠纷",
        en: "Dispute between neighbours",
        lead: "community",
        assists: &["justice"],
        limit: Some(Limit::nd(7)),
        first_step: Some(Limit::wd(1)),
        photo_required: false,
        auto_dispatch: false,
        public: false,
        keywords: &[
            "邻居",
            "楼上+漏水",
            "楼上+吵",
            "楼上+噪音",
            "邻居+吵",
            "邻居+狗",
            "邻里",
            "争执",
            "两家",
            "楼上",
            "楼下+天花板",
            "沟通无效",
            "漏水+楼下",
            "隔壁",
            "宠物扰民",
            "泡了",
        ],
        synonyms: &["邻里纠纷", "邻居", "楼上噪音"],
        pinyin: "lljf lj lszy",
        pictogram: "talk",
        ..BASE
    },
    Category {
        id: "property-dispute",
        zh: "物业纠纷",
        en: "Dispute with the property company",
        lead: "community",
        assists: &["construction", "justice"],
        limit: Some(Limit::nd(7)),
        photos: &[Wide],
        photo_required: false,
        auto_dispatch: false,
        public: false,
        keywords: &[
            "物业费",
            "物业+纠纷",
            "业委会",
            "维修基金",
            "停车费",
            "物业+不管",
            "物业+收费",
            "物业+服务",
            "业主+物业",
            "物业纠纷",
            "公示",
            "涨价+物业",
            "公共收益",
        ],
        synonyms: &["物业", "物业费", "业委会"],
        pinyin: "wyjf wy wyf ywh",
        pictogram: "contract",
        ..BASE
    },
    Category {
        id: "other",
        zh: "其他",
        en: "Something else",
        lead: "triage",
        photos: &[Wide],
        auto_dispatch: false,
        public: false,
        keywords: &[
            "停水",
            "暖气",
            "供暖",
            "拖欠+工资",
            "欠薪",
            "劳动+纠纷",
            "老鼠",
            "蟑螂",
            "蚊虫",
            "漂浮物",
            "河+漂",
            "河道",
            "水面+垃圾",
            "暖气+不热",
            "白蚁",
            "岸边",
        ],
        synonyms: &["其他", "停水", "暖气", "欠薪", "老鼠"],
        pinyin: "qt ts nq qx ls",
        pictogram: "question",
        ..BASE
    },
];
