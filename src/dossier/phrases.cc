#include "dossier/phrases.h"

#include <algorithm>
#include <array>
#include <utility>

#include "facegate/core/text.h"
#include "facegate/model/fields.h"

namespace facegate::dossier {
namespace {

struct Pair {
  std::string_view word;
  std::string_view english;
  std::string_view chinese;
};

constexpr std::array<Pair, 16> kResourceKinds = {{
    {"operator", "operator", "运营者"},
    {"site", "site", "场所"},
    {"accessPoint", "access point", "出入口"},
    {"camera", "camera", "摄像机"},
    {"purpose", "purpose", "目的"},
    {"notice", "notice", "告知书"},
    {"signage", "signs", "标识"},
    {"assessment", "assessment", "影响评估"},
    {"filing", "filing", "备案"},
    {"exemption", "exemption", "例外"},
    {"deviceAssessment", "device test", "设备检测"},
    {"complaint", "complaint", "投诉"},
    {"rightsRequest", "rights request", "权利请求"},
    {"incident", "incident", "安全事件"},
    {"disclosure", "disclosure", "对外提供"},
    {"thresholdReview", "threshold review", "阈值复核"},
}};

constexpr std::array<Pair, 9> kControls = {{
    {"encryption", "Templates and keys are encrypted", "模板和密钥均已加密"},
    {"security_audit", "Every decision is recorded and can be audited",
     "每项决定均有记录，可供审计"},
    {"access_control", "Callers are authenticated by certificate", "调用方通过证书认证"},
    {"key_separation", "Keys lie apart from the data", "密钥与数据分开存放"},
    {"template_protection", "Templates are protected and can be revoked", "模板受保护且可撤销"},
    {"staff_training", "Staff are trained", "人员已接受培训"},
    {"incident_plan", "There is a plan for incidents", "已有安全事件应急预案"},
    {"authorization_mgmt", "Authorisations are managed", "已有权限管理"},
    {"intrusion_detection", "Intrusions are detected", "已有入侵检测"},
}};

constexpr std::array<Pair, 15> kCategories = {{
    {"access_control", "access control", "出入管理"},
    {"payment", "payment", "支付"},
    {"boarding", "boarding", "登机或乘车"},
    {"check_in", "check-in", "登记入住或签到"},
    {"attendance", "attendance", "考勤"},
    {"internal_management", "internal management", "内部管理"},
    {"public_safety", "public safety", "公共安全"},
    {"law_enforcement", "law enforcement", "执法"},
    {"customer_service", "customer service", "客户服务"},
    {"marketing", "marketing", "营销"},
    {"social_assistance", "social assistance", "社会救助"},
    {"real_estate_disposal", "disposal of real estate", "不动产处分"},
    {"exam", "examination", "考试"},
    {"research_training", "research and training", "研究和训练"},
    {"personal_device_unlock", "unlocking a personal device", "解锁个人设备"},
}};

constexpr std::array<Pair, 7> kAlternatives = {{
    {"card", "card", "刷卡"},
    {"pin", "code", "密码"},
    {"document_check", "check of a document", "查验证件"},
    {"staff_desk", "staffed desk", "人工服务台"},
    {"qr", "QR code", "二维码"},
    {"key", "key", "钥匙"},
    {"fob", "fob", "感应扣"},
}};

// The word itself where nobody translated it.
template <std::size_t N>
std::string Translated(const std::array<Pair, N>& pairs, std::string_view word, bool is_chinese) {
  const auto* found =
      std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.word == word; });
  if (found == pairs.end()) return std::string(word);
  return std::string(is_chinese ? found->chinese : found->english);
}

}  // namespace

std::string Phrases::List(const std::vector<std::string>& items) const {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += Pick(", ", "、");
    text += item;
  }
  return text;
}

std::string Phrases::Joined(const std::vector<std::string>& parts) const {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty() && !is_chinese_) text += " ";
    text += part;
  }
  return text;
}

std::string Phrases::RestsOn(const std::set<Origin>& origins) const {
  std::vector<std::string> items;
  for (const Origin& origin : origins) {
    const std::string kind = Translated(kResourceKinds, origin.kind, is_chinese_);
    items.push_back(kind + Pick(" in record ", "（记录 ") + std::to_string(origin.record) +
                    Pick("", "）"));
  }
  return Pick("Registered: ", "登记信息：") + List(items) + Pick(".", "。");
}

std::string Phrases::OwnChecks() const {
  return Pick("By the gateway's own checks.", "由网关自身检查。");
}
std::string Phrases::NotStated(const std::vector<std::string>& inputs) const {
  return Pick("Nobody stated: ", "无人说明：") + List(inputs) + Pick(".", "。");
}
std::string Phrases::Refuses() const { return Pick("Requests are refused.", "请求因此被拒绝。"); }

std::string Phrases::Judged(std::int64_t decisions, std::int64_t refused,
                            std::int64_t allowed) const {
  std::string text = Pick("Decisions in the period: ", "本期间的决定：") +
                     std::to_string(decisions) + Pick("; refused for it: ", "；因此拒绝：") +
                     std::to_string(refused);
  if (allowed > 0) {
    text +=
        Pick("; allowed although it was not met: ", "；虽不符合仍允许：") + std::to_string(allowed);
  }
  return text + Pick(".", "。");
}

std::string Phrases::NobodyCame() const {
  return Pick("Judged with every request; none came in the period.",
              "每次请求时核查；本期间没有请求。");
}
std::string Phrases::ChangedSince(const std::set<std::uint64_t>& records) const {
  std::vector<std::string> items;
  for (const std::uint64_t record : records) items.push_back(std::to_string(record));
  return Pick("Changed after the period, so that today's register does not tell: record ",
              "本期间之后有变动，今日登记不能说明当时情况：记录 ") +
         List(items) + Pick(".", "。");
}
std::string Phrases::NothingRuns() const {
  return Pick("No camera is registered here, or no purpose.", "此处未登记摄像机，或未登记目的。");
}
std::string Phrases::ForPeople(const std::string& what) const {
  return Pick("For people: ", "须由人员判断：") + what;
}
std::string Phrases::Provisional() const {
  return Pick("Working days beyond the published calendar were counted; the answer may move.",
              "计算了已公布日历以外的工作日，结果可能变动。");
}

std::string Phrases::Answer(std::string_view what) const {
  return Pick("Answer ", "答复") + std::string(what);
}
std::string Phrases::RenewSigns() const {
  return Pick("Inspect the signs and attest to them", "检查标识并予以证明");
}
std::string Phrases::ExemptionEnds() const {
  return Pick("The exemption ends: stop relying on it", "例外到期：停止依据该例外");
}
std::string Phrases::CloseIncident() const {
  return Pick("Deal with the incident and close it", "处置安全事件并结案");
}

std::string Phrases::KeptFor(int days) const {
  return Pick("at most ", "最长 ") + std::to_string(days) +
         Pick(" days, and not beyond a withdrawal of consent", " 天，撤回同意后即行删除");
}
std::string Phrases::CountedHow() const {
  return Pick("By the gateway: everybody with at least one stored template, each once",
              "由网关统计：至少有一个存储模板的人，每人计一次");
}
std::string Phrases::PassedNumber(std::uint64_t persons) const {
  return Pick("Stored people reached ", "存储人数达到 ") + std::to_string(persons);
}
std::string Phrases::Control(std::string_view control) const {
  return Translated(kControls, control, is_chinese_);
}
std::string Phrases::Category(model::PurposeCategory category) const {
  return Translated(kCategories, core::AsciiLower(model::Word(category)), is_chinese_);
}
std::string Phrases::Kind(model::AlternativeKind kind) const {
  return Translated(kAlternatives, core::AsciiLower(model::Word(kind)), is_chinese_);
}
std::string Phrases::Packs(const std::vector<std::string>& packs) const {
  return Pick("Judged by the packs of rules ", "所依据的规则包：") + List(packs);
}
std::string Phrases::CameraFacts(const model::Camera& camera) const {
  const bool narrowed = camera.region_of_interest != model::Region{};
  return camera.display_name + Pick(": faces narrower than ", "：宽度小于 ") +
         std::to_string(camera.min_face_px) +
         Pick(" pixels are never compared", " 像素的人脸不参与比对") +
         (narrowed ? Pick("; only a part of the picture is looked at", "；仅查看画面的一部分")
                   : std::string());
}
std::string Phrases::TestedOn(const std::string& camera, const std::string& day) const {
  return camera + Pick(": tested on ", "：检测日期 ") + day;
}
std::string Phrases::StoredPeople(std::uint64_t people, const std::string& location) const {
  return Pick("People stored: ", "存储人数：") + std::to_string(people) +
         Pick("; storage: ", "；存储位置：") + location;
}
std::string Phrases::OtherWay(const std::string& place, const std::string& name, bool works) const {
  return place + Pick(": ", "：") + name +
         (works ? Pick(", which works", "，可用") : Pick(", which is out of order", "，不可用"));
}
std::string Phrases::Considered(model::AlternativeKind kind, const std::string& why) const {
  return Pick("Considered: ", "已比较：") + Kind(kind) + Pick("; ", "；") + why;
}

}  // namespace facegate::dossier
