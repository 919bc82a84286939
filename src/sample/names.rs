//! Names as random combinations of common parts; none is meant to be anyone's.

use rand::Rng;

use super::draw::one_of;

/// How a household writes its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Chinese,
    Latin,
}

const CHINESE_FAMILY: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林",
    "郭", "何", "高", "罗", "郑", "欧阳", "司马", "诸葛",
];

const CHINESE_GIVEN: [&str; 40] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "涛", "明", "超",
    "秀英", "桂兰", "玉梅", "建国", "志强", "晓东", "文博", "子涵", "雨桐", "思远", "佳怡", "浩然",
    "欣妍", "梓轩", "若曦", "一鸣", "海燕", "春华", "秋月", "立新", "国栋", "美玲", "永康", "家豪",
];

const LATIN_FAMILY: [&str; 32] = [
    "Anders",
    "Bauer",
    "Castillo",
    "Dubois",
    "Eriksson",
    "Fernández",
    "García",
    "Hughes",
    "Ivanova",
    "Jørgensen",
    "Kowalski",
    "Lefèvre",
    "Müller",
    "Nováková",
    "O'Brien",
    "Pereira",
    "Quinn",
    "Rossi",
    "Schäfer",
    "Tanaka",
    "Ünal",
    "Van den Berg",
    "Walsh",
    "Yılmaz",
    "Ziegler",
    "Nguyen",
    "Okafor",
    "Mensah",
    "Sato",
    "Kim",
    "Løvlie",
    "Peña",
];

const LATIN_GIVEN: [&str; 40] = [
    "Ada",
    "Björn",
    "Chloé",
    "David",
    "Élise",
    "Felipe",
    "Grace",
    "Hugo",
    "Inès",
    "Jonas",
    "Kaja",
    "Luís",
    "María",
    "Noah",
    "Olga",
    "Pavel",
    "Quentin",
    "Renée",
    "Søren",
    "Tomáš",
    "Ulla",
    "Vera",
    "William",
    "Xenia",
    "Yara",
    "Zoë",
    "André",
    "Bella",
    "Carlos",
    "Daniela",
    "Emre",
    "Fatima",
    "George",
    "Hana",
    "Ivo",
    "Julia",
    "Katarzyna",
    "Leo",
    "Mia",
    "Anne-Sophie",
];

/// The family name that a household shares.
pub(super) fn family(rng: &mut impl Rng, script: Script) -> &'static str {
    match script {
        Script::Chinese => one_of(rng, &CHINESE_FAMILY),
        Script::Latin => one_of(rng, &LATIN_FAMILY),
    }
}

/// A full name in the order of its script.
pub(super) fn full(rng: &mut impl Rng, script: Script, family: &str) -> String {
    match script {
        Script::Chinese => format!("{family}{}", one_of(rng, &CHINESE_GIVEN)),
        Script::Latin => format!("{} {family}", one_of(rng, &LATIN_GIVEN)),
    }
}
