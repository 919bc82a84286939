//! What the members of closed sets are called on the page.

use super::data::{SegmentStatus, Severity};
use crate::domain::{Action, Decision, DecisionReason, Language};

/// What happened to a segment, in words.
pub(super) const fn status(status: SegmentStatus, language: Language) -> &'static str {
    match (status, language) {
        (SegmentStatus::Kept, Language::En) => "kept",
        (SegmentStatus::Kept, Language::Zh) => "保持",
        (SegmentStatus::New, Language::En) => "new",
        (SegmentStatus::New, Language::Zh) => "新增",
        (SegmentStatus::Split, Language::En) => "split off",
        (SegmentStatus::Split, Language::Zh) => "拆分",
        (SegmentStatus::Merged, Language::En) => "merged",
        (SegmentStatus::Merged, Language::Zh) => "合并",
        (SegmentStatus::Retired, Language::En) => "retired",
        (SegmentStatus::Retired, Language::Zh) => "退出",
        (SegmentStatus::Reserved, Language::En) => "set aside by rule",
        (SegmentStatus::Reserved, Language::Zh) => "按规则单列",
    }
}

/// What a violation leads to, in words.
pub(super) const fn severity(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Warn, Language::En) => "a warning",
        (Severity::Warn, Language::Zh) => "提醒",
        (Severity::Reject, Language::En) => "a rejected row",
        (Severity::Reject, Language::Zh) => "剔除该行",
        (Severity::Error, Language::En) => "an error",
        (Severity::Error, Language::Zh) => "报错停止",
    }
}

/// An action in words.
pub(super) const fn action(action: Action, language: Language) -> &'static str {
    match (action, language) {
        (Action::Sms, Language::En) => "text message",
        (Action::Sms, Language::Zh) => "短信",
        (Action::Call, Language::En) => "call",
        (Action::Call, Language::Zh) => "电话",
        (Action::Survey, Language::En) => "survey",
        (Action::Survey, Language::Zh) => "意见收集",
        (Action::Promotion, Language::En) => "promotion",
        (Action::Promotion, Language::Zh) => "推介",
        (Action::Visit, Language::En) => "visit",
        (Action::Visit, Language::Zh) => "上门走访",
    }
}

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
