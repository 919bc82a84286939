//! Every text of the page in both languages.
//!
//! `{name}` in a text stands for a value that [`fill`] puts in.

use crate::domain::Language;

/// Declares the closed set of texts: a variant, its English, its Chinese.
macro_rules! words {
    ($($word:ident: $en:literal, $zh:literal;)*) => {
        /// A text of the page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Word {
            $(#[doc = $en] $word,)*
        }

        impl Word {
            /// Every text.
            pub(super) const ALL: &'static [Self] = &[$(Self::$word),*];

            /// The text in `language`.
            pub(super) const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$word, Language::En) => $en,
                      (Self::$word, Language::Zh) => $zh,)*
                }
            }

            /// The name by which the template asks for the text.
            pub(super) const fn key(self) -> &'static str {
                match self {
                    $(Self::$word => stringify!($word),)*
                }
            }
        }
    };
}

words! {
    // The page.
    Title: "Nightly report", "夜间运行报告";
    SkipToContent: "Skip to the content", "跳到正文";
    Contents: "Contents", "目录";
    AsOf: "as of", "数据截至";
    Run: "Run", "运行";
    Version: "Version", "版本";
    ComparedWith: "Compared with", "对比运行";
    FirstRun: "first run, nothing to compare with", "首次运行，无可对比";
    Overview: "Tonight", "今晚概览";
    Alerts: "Alerts", "警报";
    NoAlerts: "No alerts.", "没有警报。";
    Warnings: "Warnings", "提醒";
    ShowData: "Data of this chart", "图表数据";
    Source: "From", "来源";
    MoreRows: "more rows in the published tables", "行，见已发布的数据表";
    FooterPrivacy: "This page holds counts and shares only: no customer's name, number or id.",
        "本页只含计数与占比，不含任何客户的姓名、号码或编号。";
    FooterOffline: "It loads nothing from anywhere and may be passed on as a file. Every figure can be recomputed from the files beside it: the Parquet tables, model.json and manifest.json.",
        "本页不加载任何外部内容，可作为文件转发；所有数字都能由同目录的文件（Parquet 表、model.json、manifest.json）重新算出。";

    // Headline.
    Customers: "Customers", "客户数";
    Invited: "Invited", "已邀请";
    Waitlisted: "On a waitlist", "候补";
    CallsPlanned: "Calls planned", "计划外呼";
    CallsCarriedOver: "Calls carried over", "顺延外呼";
    ActivitiesOut: "Activities out", "已发布活动";
    ActivitiesHeldBack: "Activities held back", "暂缓活动";

    // Sections.
    Segments: "Segments", "客户分群";
    Explained: "What makes each segment", "分群的成因";
    Activities: "Activities", "活动";
    Calls: "Calls", "外呼";
    Data: "Data", "数据";
    NoSegments: "There are no segments tonight.", "今晚没有分群。";
    NoExplained: "There is nothing to explain tonight.", "今晚没有可解释的分群。";
    NoActivities: "There are no activities tonight.", "今晚没有活动。";
    NoCalls: "There are no calls tonight.", "今晚没有外呼。";
    ModelLine: "Model: {algorithm}, fitted on {date}.", "模型：{algorithm}，拟合于 {date}。";
    ModelRefitted: "Model: {algorithm}, fitted tonight.", "模型：{algorithm}，今晚重新拟合。";
    FidelityLine: "A small decision tree gives {share} of {customers} customers, on whom it was not grown, the segment that the model gives them. The rules below are made from its branches.",
        "一棵小型决策树对未参与建树的 {customers} 位客户中的 {share} 给出与模型相同的分群。下列规则由其分支整理而成。";
    HeldBackTitle: "Held back by the pre-launch review", "未通过发布前审查而暂缓";

    // Tables.
    SegmentTable: "The segments", "分群一览";
    ActivityTable: "The activities", "活动一览";
    RuleTable: "Rules of thumb for each segment", "各分群的经验规则";
    ReasonTable: "Why customers are called", "外呼原因";
    CheckTable: "Checks on the input tables", "输入表检查";
    FileTable: "Published files", "已发布文件";
    Segment: "Segment", "分群";
    Id: "Id", "编号";
    Size: "Customers", "客户数";
    Share: "Share", "占比";
    PreviousShare: "Share before", "上次占比";
    Change: "Change, points", "变化（百分点）";
    Stability: "Stability", "稳定性";
    Status: "Status", "状态";
    TopInterests: "Stands out for", "突出兴趣";
    Activity: "Activity", "活动";
    Interest: "Interest", "兴趣";
    Starts: "Starts", "开始时间";
    Seats: "Seats", "名额";
    Eligible: "Candidates", "候选客户";
    Expected: "Expected to come", "预计到场";
    Reason: "Reason", "原因";
    ActionColumn: "Action", "动作";
    Planned: "Planned", "计划";
    CarriedOver: "Carried over", "顺延";
    Late: "Late", "逾期";
    TeamColumn: "Team", "班组";
    CapacityMinutes: "Minutes available", "可用分钟";
    PlannedMinutes: "Minutes planned", "计划分钟";
    CarriedMinutes: "Minutes carried over", "顺延分钟";
    TableColumn: "Table", "数据表";
    ColumnColumn: "Column", "列";
    Rule: "Rule", "规则";
    Covers: "Of the segment", "覆盖分群";
    Precision: "Of those it holds for", "命中率";
    CliffsDelta: "Cliff's delta", "Cliff's delta";
    SeverityColumn: "A violation is", "违反时";
    Violations: "Violations", "违反行数";
    Path: "File", "文件";
    Bytes: "Size", "大小";
    Rows: "Rows", "行数";
    Feature: "Feature", "特征";
    K: "Segments", "分群数";
    Silhouette: "Silhouette", "轮廓系数";
    Gap: "Gap", "间隔统计量";
    GapError: "Standard error", "标准误";
    LeastStable: "Least stable segment", "最不稳定分群";
    CalinskiHarabasz: "Calinski–Harabasz", "Calinski–Harabasz";
    DaviesBouldin: "Davies–Bouldin", "Davies–Bouldin";
    Inertia: "Mean squared distance", "均方距离";
    SmallestShare: "Smallest segment", "最小分群占比";
    Chosen: "Chosen", "选用";
    Points: "Points", "点数";
    CentreX: "Centre, across", "中心（横）";
    CentreY: "Centre, up", "中心（纵）";
    Psi: "PSI", "PSI";
    Yes: "yes", "是";

    // Charts: title, then description. Where a chart marks things, their names.
    SizesTitle: "How large the segments are", "各分群规模";
    SizesText: "{count} segments. The largest, {name}, holds {share} of the customers.",
        "共 {count} 个分群。最大的是{name}，占客户的 {share}。";
    SizesBefore: "share in the previous run", "上次占比";
    PointsUnit: "pp", "个百分点";
    ProfilesTitle: "What sets the segments apart", "各分群的特点";
    ProfilesText: "Each cell gives a segment's mean as a multiple of the mean of all customers. Colour is the distance from that mean in standard deviations. The strongest: {name} for {feature}, {lift}.",
        "每格为该分群的特征均值与全体均值之比；颜色表示与全体相差几个标准差。最突出：{name}的{feature}，{lift}。";
    ProfilesPlain: "Each cell gives a segment's mean as a multiple of the mean of all customers. Colour is the distance from that mean in standard deviations.",
        "每格为该分群的特征均值与全体均值之比；颜色表示与全体相差几个标准差。";
    FarBelow: "far below (z < −1.5)", "远低（z < −1.5）";
    AsAll: "as all customers", "与全体相当";
    FarAbove: "far above (z > 1.5)", "远高（z > 1.5）";
    EffectsTitle: "The features that set each segment apart", "最能区分各分群的特征";
    EffectsText: "Three features for each segment. Cliff's delta is how often a member has more than another customer, less how often less: +1 is always more, 0 is no difference, −1 is always less. The largest: {name} for {feature}, {delta}.",
        "每个分群列出三个特征。Cliff's delta 为成员高于其他客户的频率减去低于的频率：+1 为总是更高，0 为无差别，−1 为总是更低。最大：{name}的{feature}，{delta}。";
    EffectLess: "less than other customers", "低于其他客户";
    EffectMore: "more than other customers", "高于其他客户";
    ScatterTitle: "How the segments lie", "分群分布";
    ScatterText: "{points} customers of a sample, one dot each; customers with similar features lie close. The axes have no unit. Numbers mark the segments' centres.",
        "抽样 {points} 位客户，每点一位；特征相近者彼此靠近，坐标轴没有单位。数字标出各分群中心。";
    ChoiceTitle: "Choice of the number of segments", "分群数的选择";
    ChoiceByGap: "The gap tells how much tighter segments are than those of customers without groups (higher is better; the bars are one standard error). Of the numbers whose segments are large and stable enough, the fewest near the highest gap are taken: {k}. Of their least stable segment {stability} comes back when the customers are drawn again.",
        "间隔统计量衡量各分群比无分群结构的客户紧凑多少，越高越好（竖线为一个标准误）。在规模和稳定性达标的分群数中，取接近最高值的最小者：{k}。重新抽样后，其最不稳定的分群有 {stability} 重现。";
    ChoiceFixed: "{k} segments, the only number that was tried.",
        "{k} 个分群，只试过这一个数目。";
    ChoiceText: "The silhouette tells how well segments are set apart (higher is better). {k} segments were chosen, with {silhouette}.",
        "轮廓系数衡量分群的区分程度，越高越好。选用 {k} 个分群，轮廓系数 {silhouette}。";
    ChoicePlain: "The silhouette tells how well segments are set apart (higher is better).",
        "轮廓系数衡量分群的区分程度，越高越好。";
    FunnelTitle: "What became of the candidates", "候选客户去向";
    FunnelText: "Each bar is all candidates of an activity. {invited} of {eligible} candidates are invited in all.",
        "每条代表一个活动的全部候选客户。合计 {eligible} 位候选，邀请 {invited} 位。";
    FunnelRow: "{invited} of {eligible}", "{invited} / {eligible}";
    TurnedDownTitle: "Why candidates were not invited", "未获邀请的原因";
    TurnedDownText: "The first reason that decided, over all activities. The most frequent: {reason}, {count}.",
        "各活动合计，按首个决定性原因统计。最常见：{reason}，{count}。";
    QueueTitle: "Calls against the teams' hours", "外呼量与班组工时";
    QueueText: "{planned} calls are planned and {carried} carried over to another day.",
        "计划 {planned} 个外呼，顺延 {carried} 个。";
    QueueMinutes: "{planned} of {capacity} min", "{planned} / {capacity} 分钟";
    QueueAutomatic: "by machine, no limit", "系统发送，不限量";
    QueueCounts: "{planned} planned · {carried} carried over · {late} late",
        "计划 {planned} · 顺延 {carried} · 逾期 {late}";
    QueueCapacity: "minutes available", "可用分钟";
    DriftTitle: "Drift since the model was fitted", "模型拟合以来的漂移";
    DriftText: "Population stability index (PSI) per feature. Below 0.10 is stable; above 0.25 the model is due for a refit. The highest: {feature}, {psi}.",
        "各特征的群体稳定性指数（PSI）。低于 0.10 为稳定，高于 0.25 应重新拟合模型。最高：{feature}，{psi}。";
    DriftStable: "stable (below 0.10)", "稳定（低于 0.10）";
    DriftWatch: "watch (0.10 to 0.25)", "关注（0.10 至 0.25）";
    DriftHigh: "refit (above 0.25)", "需重新拟合（高于 0.25）";
    NotAll: "Only {count} of {all} are drawn.", "仅绘出 {all} 项中的 {count} 项。";
}

/// The text with each `{name}` replaced by its value.
///
/// One pass, so a value that happens to hold `{…}` stays as it is.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, tail) = rest.split_at(start);
        filled.push_str(before);
        let end = tail.find('}').map_or(tail.len(), |end| end + 1);
        let name = tail[..end].trim_matches(['{', '}']);
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(&tail[..end]),
        }
        rest = &tail[end..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_ask_for_the_same_values() {
        let names = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names
        };
        for &word in Word::ALL {
            let (en, zh) = (word.text(Language::En), word.text(Language::Zh));
            assert_eq!(names(en), names(zh), "{word:?}");
            assert!(!en.is_empty() && !zh.is_empty(), "{word:?}");
        }
    }

    #[test]
    fn values_are_put_in_once() {
        let filled = fill(
            "{name} of {all}, {unknown}",
            &[("name", "{all}"), ("all", "3")],
        );
        assert_eq!(filled, "{all} of 3, {unknown}");
    }
}
