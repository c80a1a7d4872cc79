#include "dossier/receipt_phrases.h"

#include "facegate/core/check.h"

namespace facegate::dossier {

std::string ReceiptPhrases::Scope(model::ConsentScope scope) const {
  using model::ConsentScope;
  switch (scope) {
    case ConsentScope::kIdentify:
      return Pick("Finding the face among everybody who agreed (1:N)",
                  "在所有同意者中查找该人脸（1:N）");
    case ConsentScope::kVerify:
      return Pick("Comparing the face with the own template (1:1)", "将人脸与本人模板比对（1:1）");
    case ConsentScope::kOriginalImageRetention:
      return Pick("Keeping the picture", "保存原始图像");
    case ConsentScope::kInternetTransmission:
      return Pick("Sending face data over the internet", "通过互联网传输人脸信息");
    case ConsentScope::kDisclosure:
      return Pick("Passing face data on to others", "向他人提供人脸信息");
    case ConsentScope::kAttributeAnalysis:
      return Pick("Analysing what a face shows", "分析人脸特征");
    case ConsentScope::kSecondaryUse:
      return Pick("Use for another purpose", "用于其他目的");
    case ConsentScope::kCrossBorder:
      return Pick("Transfer to another country", "向境外提供");
  }
  FG_CHECK(false);
}

std::string ReceiptPhrases::Form(model::ConsentForm form) const {
  using model::ConsentForm;
  switch (form) {
    case ConsentForm::kSeparate:
      return Pick("separately, for this alone", "单独同意");
    case ConsentForm::kExplicit:
      return Pick("explicitly", "明示同意");
    case ConsentForm::kWritten:
      return Pick("in writing", "书面同意");
    case ConsentForm::kESignature:
      return Pick("by electronic signature", "电子签名");
    case ConsentForm::kImplied:
    case ConsentForm::kBundled:
    case ConsentForm::kGeneral:
      break;  // never granted
  }
  return std::string(model::Word(form));
}

std::string ReceiptPhrases::Giver(model::ConsentGiver giver) const {
  using model::ConsentGiver;
  switch (giver) {
    case ConsentGiver::kSelf:
      return Pick("the person", "本人");
    case ConsentGiver::kParent:
      return Pick("a parent", "父母");
    case ConsentGiver::kGuardian:
      return Pick("a guardian", "监护人");
    case ConsentGiver::kAuthorizedRepresentative:
      return Pick("an authorised representative", "受托代理人");
  }
  FG_CHECK(false);
}

std::string ReceiptPhrases::Channel(model::ConsentChannel channel) const {
  using model::ConsentChannel;
  switch (channel) {
    case ConsentChannel::kDesk:
      return Pick("at a desk", "服务台");
    case ConsentChannel::kKiosk:
      return Pick("at a kiosk", "自助终端");
    case ConsentChannel::kWeb:
      return Pick("on the web", "网页");
    case ConsentChannel::kPaper:
      return Pick("on paper", "纸面");
    case ConsentChannel::kPhone:
      return Pick("by telephone", "电话");
  }
  FG_CHECK(false);
}

std::string ReceiptPhrases::DataKind(std::optional<int> image_days) const {
  if (image_days) {
    const std::string days = std::to_string(*image_days);
    return Pick(
        "A template of the face: 128 numbers, encrypted. An encrypted image of the face may be "
        "kept for at most " +
            days + " days.",
        "人脸模板：128个数值，加密保存。可能另行加密保存人脸图像，最长" + days + "天。");
  }
  return Pick("A template of the face: 128 numbers, encrypted. No picture is kept.",
              "人脸模板：128个数值，加密保存。不保存图像。");
}

std::string ReceiptPhrases::Withdrawal(const std::string& own_page,
                                       const std::string& contact) const {
  std::string text;
  if (!own_page.empty()) {
    text = Pick("On the page " + own_page + ", with the receipt's token. ",
                "凭回执令牌在网页" + own_page + "撤回。");
  }
  text += Pick("At the desk, in one step, free of charge and without giving a reason.",
               "也可在服务台一步撤回，免费，无需说明理由。");
  if (!contact.empty()) text += Pick(" Contact: " + contact, "联系方式：" + contact);
  return text;
}

std::vector<std::string> ReceiptPhrases::Rights() const {
  return {
      Pick("Withdraw at any time; the template and its key are then destroyed",
           "随时撤回同意；撤回后模板及其密钥即被销毁"),
      Pick("See what is kept and get a copy of it", "查阅、复制所保存的信息"),
      Pick("Have it corrected or erased", "要求更正或者删除"),
      Pick("Use the other way in, on the same terms", "以同等条件使用其他方式"),
      Pick("Complain to the operator and to the authority", "向运营者和主管部门投诉"),
  };
}

std::string ReceiptPhrases::Guardian(const std::string& evidence_sha256,
                                     const std::string& verifier) const {
  return Pick("evidence with SHA-256 " + evidence_sha256 + ", verified by " + verifier,
              "证明材料SHA-256 " + evidence_sha256 + "，核验人：" + verifier);
}

std::string ReceiptPhrases::Model(const std::string& model_id, std::uint64_t log_index) const {
  const std::string index = std::to_string(log_index);
  return Pick("made with model " + model_id + ", record " + index,
              "由模型" + model_id + "生成，记录" + index);
}

}  // namespace facegate::dossier
