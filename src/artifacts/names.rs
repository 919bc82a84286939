//! What decisions and their reasons are called.

use crate::domain::{Decision, DecisionReason, Language};

/// A decision in words.
pub(super) const fn decision(decision: Decision, language: Language) -> &'static str {
    match (decision, language) {
        (Decision::Invited, Language::En) => "invited",
        (Decision::Invited, Language::Zh) => "已邀请",
        (Decision::Waitlist, Language::En) => "on the waitlist",
        (Decision::Waitlist, Language::Zh) => "候补",
        (Decision::Control, Language::En) => "control group",
        (Decision::Control, Language::Zh) => "对照组",
        (Decision::Suppressed, Language::En) => "kept off by policy",
        (Decision::Suppressed, Language::Zh) => "按规则不触达",
        (Decision::NotSelected, Language::En) => "not selected",
        (Decision::NotSelected, Language::Zh) => "未入选",
    }
}

/// A reason in words.
pub(super) const fn reason(reason: DecisionReason, language: Language) -> &'static str {
    match language {
        Language::En => reason.words(),
        Language::Zh => match reason {
            DecisionReason::ActivityHeldBack => "活动未通过发布前审查",
            DecisionReason::NoPersonalisation => "拒绝个性化推荐",
            DecisionReason::Minor => "未满 18 岁",
            DecisionReason::AgeUnknown => "年龄未知",
            DecisionReason::ServiceFirst => "有未结投诉或服务单",
            DecisionReason::NoConsent => "未同意相应渠道",
            DecisionReason::DoNotContact => "在免打扰名单上",
            DecisionReason::NoPhone => "无有效号码",
            DecisionReason::NoHour => "无客户可接受的时段",
            DecisionReason::CoolOff => "近期多次未回应",
            DecisionReason::ContactCap => "触达次数已用完",
            DecisionReason::AlreadyInvited => "此前已邀请",
            DecisionReason::UniversalControl => "全局对照组",
            DecisionReason::ActivityControl => "活动对照组",
            DecisionReason::OtherInvitation => "今晚已获其他邀请",
            DecisionReason::EarlierConflict => "与先前的联系冲突",
            DecisionReason::FollowUpFirst => "今晚先进行回访",
            DecisionReason::Conflict => "与今晚的另一邀请冲突",
            DecisionReason::ContactRule => "联系规则的次数已用完",
            DecisionReason::Constraint => "约束内已无余地",
            DecisionReason::NoSeatInPlace => "所在区域名额已满",
            DecisionReason::NoSeat => "名额已满",
            DecisionReason::NoValue => "预期价值不为正",
            DecisionReason::Selected => "已邀请",
            DecisionReason::NextInLine => "候补",
        },
    }
}
