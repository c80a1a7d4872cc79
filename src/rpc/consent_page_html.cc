#include "rpc/consent_page_html.h"

#include "facegate/core/time.h"

namespace facegate::rpc {
namespace {

using model::ConsentStatus;

std::string Escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Element(std::string_view tag, std::string_view text) {
  std::string out = "<";
  out.append(tag).append(">").append(Escaped(text)).append("</").append(tag).append(">\n");
  return out;
}

// A whole page; `body` is HTML already.
std::string Page(std::string_view title, std::string_view body) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>";
  out.append(Escaped(title));
  out.append("</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<main>\n");
  out.append(body);
  out.append("</main>\n</body>\n</html>\n");
  return out;
}

// A language's part; `body` is HTML already.
std::string Section(std::string_view tag, std::string_view heading, std::string_view body) {
  const bool is_english = tag == "en";
  std::string out = "<section lang=\"";
  out.append(tag).append("\">\n");
  out.append(Element(is_english ? "h1" : "h2", heading));
  out.append(body).append("</section>\n");
  return out;
}

// "zh" and "zh-CN" are Chinese; all else is shown in the English part.
bool IsChinese(std::string_view language) {
  return language == "zh" || language.starts_with("zh-");
}

std::string Fact(std::string_view label, std::string_view value) {
  if (value.empty()) return "";
  std::string out = "<dt>";
  out.append(Escaped(label)).append("</dt><dd>").append(Escaped(value)).append("</dd>\n");
  return out;
}

std::string List(const std::vector<std::string>& items) {
  std::string out = "<ul>\n";
  for (const std::string& item : items) out.append(Element("li", item));
  return out.append("</ul>\n");
}

// Two words for everything that a page says.
struct Pair {
  std::string_view english;
  std::string_view chinese;
  std::string_view In(bool chinese_wanted) const { return chinese_wanted ? chinese : english; }
};

// The registered texts of a language, each as it is, line ends and all.
std::string TextsOf(const NoticePage& page, bool chinese) {
  std::string out;
  for (const model::Notice& notice : page.notices) {
    if (IsChinese(notice.language) != chinese) continue;
    out.append("<div class=\"text\" lang=\"").append(Escaped(notice.language)).append("\">");
    out.append(Escaped(notice.text)).append("</div>\n");
    std::string hash(Pair{"SHA-256 of this text: ", "本文SHA-256："}.In(chinese));
    hash.append(notice.text_sha256);
    out.append("<p class=\"small\">").append(Escaped(hash)).append("</p>\n");
  }
  if (!out.empty()) return out;
  return Element("p", Pair{"No text in English is registered. Ask at the desk.",
                           "没有登记中文告知书，请向服务台询问。"}
                          .In(chinese));
}

std::string NoticePart(const NoticePage& page, bool chinese) {
  std::string body = "<dl>\n";
  body.append(Fact(Pair{"Who uses faces", "处理者"}.In(chinese), page.op.display_name));
  body.append(Fact(Pair{"Where", "场所"}.In(chinese), page.site.display_name));
  body.append(Fact(Pair{"What for", "处理目的"}.In(chinese), page.purpose.display_name));
  std::string days = std::to_string(page.purpose.retention_days);
  days.append(Pair{" days at most", "天以内"}.In(chinese));
  body.append(Fact(Pair{"Kept for", "保存期限"}.In(chinese), days));
  body.append(Fact(Pair{"Contact", "联系方式"}.In(chinese), page.op.complaint_channel));
  body.append("</dl>\n");
  body.append(Element("h3", Pair{"You can say no", "您可以拒绝"}.In(chinese)));
  body.append(Element(
      "p", Pair{"You need not do anything, and give no reason: without your consent your face is "
                "not used. Go in another way, on the same terms:",
                "您无需做任何事，也无需说明理由：未经您同意，不会使用您的人脸。"
                "您可以用以下方式进入，条件相同："}
               .In(chinese)));
  if (page.alternatives.empty()) {
    body.append(Element("p", Pair{"Ask at the desk.", "请向服务台询问。"}.In(chinese)));
  } else {
    body.append(List(page.alternatives));
  }
  body.append(Element(
      "p", Pair{"If you were asked, or said yes before: the code on your receipt leads to your own "
                "page, where one button refuses or withdraws. The desk does the same for you.",
                "如果已被征求或者已经同意：扫描回执上的二维码可进入您的专属网页，"
                "按一下即可拒绝或者撤回；服务台也可为您办理。"}
               .In(chinese)));
  body.append(Element("h3", Pair{"The notice", "告知书"}.In(chinese)));
  return body.append(TextsOf(page, chinese));
}

Pair StateWords(ConsentStatus status) {
  switch (status) {
    case ConsentStatus::kRequested:
      return {"You were asked and have not answered. Your face is not used.",
              "已向您征求同意，您尚未答复。您的人脸未被使用。"};
    case ConsentStatus::kGranted:
      return {"You said yes.", "您已同意。"};
    case ConsentStatus::kRefused:
      return {"You said no. Your face is not used.", "您已拒绝。您的人脸不会被使用。"};
    case ConsentStatus::kWithdrawn:
      return {"Withdrawn. The templates and their key are destroyed; your face is no longer used.",
              "已撤回。模板及其密钥已销毁，您的人脸不再被使用。"};
    case ConsentStatus::kExpired:
      return {"Ended by itself. The templates and their key are destroyed.",
              "已到期。模板及其密钥已销毁。"};
    case ConsentStatus::kSuperseded:
      return {"Replaced by a newer consent.", "已被新的同意取代。"};
  }
  return {"", ""};
}

// Nothing to say no to: no form.
std::string Form(const OwnPage& page, bool chinese) {
  const bool is_asked = page.consent.status == ConsentStatus::kRequested;
  if (!is_asked && page.consent.status != ConsentStatus::kGranted) return "";
  const Pair words = is_asked ? Pair{"Refuse", "拒绝"} : Pair{"Withdraw my consent", "撤回同意"};
  std::string out = "<form method=\"post\"><input type=\"hidden\" name=\"check\" value=\"";
  out.append(Escaped(page.check)).append("\"><button type=\"submit\">");
  out.append(words.In(chinese)).append("</button></form>\n");
  out.append(Element(
      "p",
      (is_asked ? Pair{"One press is enough. You need give no reason, and it costs nothing.",
                       "按一下即可，无需说明理由，免费。"}
                : Pair{"One press is enough. It takes effect at once and cannot be undone: you "
                       "would be asked anew.",
                       "按一下即可，立即生效，不可恢复；如需再次使用须重新征求您的同意。"})
          .In(chinese)));
  return out;
}

std::string OwnPart(const OwnPage& page, bool chinese) {
  const model::Consent& consent = page.consent;
  std::string body;
  if (page.is_stale) {
    body.append("<p role=\"alert\" class=\"state\">");
    body.append(Pair{"This page was out of date: look at it again before you press.",
                     "页面已过时，请核对后再按。"}
                    .In(chinese));
    body.append("</p>\n");
  }
  body.append("<p role=\"status\" class=\"state\">");
  body.append(StateWords(consent.status).In(chinese)).append("</p>\n<dl>\n");
  body.append(Fact(Pair{"Who uses the face", "处理者"}.In(chinese), page.op));
  body.append(Fact(Pair{"Where", "场所"}.In(chinese), page.site));
  body.append(Fact(Pair{"What for", "处理目的"}.In(chinese), page.purpose));
  if (consent.status == ConsentStatus::kGranted) {
    body.append(Fact(Pair{"Until", "有效期至"}.In(chinese), core::FormatDay(consent.expires_at)));
  }
  body.append(Fact(Pair{"Contact", "联系方式"}.In(chinese), page.contact));
  std::string record = std::to_string(consent.log_index);
  record.append(Pair{" of ", "，"}.In(chinese)).append(page.log_origin);
  body.append(Fact(Pair{"Record", "记录"}.In(chinese), record)).append("</dl>\n");
  body.append(Form(page, chinese));
  std::string notice = "/n/" + consent.op.str();
  notice.append("/").append(consent.site.str()).append("/").append(consent.purpose.str());
  body.append("<p><a href=\"").append(notice).append("\">");
  body.append(Pair{"The notice", "告知书"}.In(chinese)).append("</a></p>\n");
  body.append("<p><a href=\"?view=records\">");
  body.append(Pair{"What became of it, record by record", "此后的每条记录"}.In(chinese));
  body.append("</a></p>\n");
  return body;
}

// What a record tells its person.
std::string RecordWords(const RecordLine& line, bool chinese) {
  if (line.type == "audit.queried") {
    std::string text(
        Pair{"Somebody looked for your records, for: ", "有人查找了您的记录，事由："}.In(chinese));
    return text.append(line.why);
  }
  if (line.type.starts_with("template.")) {
    return std::string(Pair{"You were enrolled", "已登记您的人脸"}.In(chinese));
  }
  if (line.outcome.empty()) return line.type;
  const Pair words = line.outcome == "ALLOW"
                         ? Pair{"Your face opened the way: ", "您的人脸获准通行："}
                         : Pair{"Your face did not open the way: ", "您的人脸未获准通行："};
  return std::string(words.In(chinese)).append(line.reason);
}

std::string RecordsPart(const RecordsPage& page, bool chinese) {
  std::string body = Element(
      "p", Pair{"What the log has under this consent, with who looked for your records. "
                "Times are UTC.",
                "日志中与此项同意有关的记录，以及谁查找过您的记录。时间为协调世界时（UTC）。"}
               .In(chinese));
  std::vector<std::string> items;
  for (const RecordLine& line : page.lines) {
    items.push_back(std::to_string(line.index) + ", " + line.time + ": " +
                    RecordWords(line, chinese));
  }
  if (items.empty()) {
    body.append(Element("p", Pair{"Nothing.", "没有。"}.In(chinese)));
  } else {
    body.append(List(items));
  }
  if (!page.next.empty()) {
    body.append("<p><a href=\"?").append(Escaped(page.next)).append("\">");
    body.append(Pair{"More", "更多"}.In(chinese)).append("</a></p>\n");
  }
  body.append("<p><a href=\"?\">").append(Pair{"Back", "返回"}.In(chinese));
  return body.append("</a></p>\n");
}

std::string Both(Pair title, Pair heading, Pair text) {
  return Page(title.english, Section("en", heading.english, Element("p", text.english)) +
                                 Section("zh-CN", heading.chinese, Element("p", text.chinese)));
}

}  // namespace

std::string NoticeHtml(const NoticePage& page) {
  return Page("Facial recognition here · 此处的人脸识别",
              Section("en", "Facial recognition here", NoticePart(page, false)) +
                  Section("zh-CN", "此处的人脸识别", NoticePart(page, true)));
}

std::string OwnHtml(const OwnPage& page) {
  return Page("My consent · 我的同意", Section("en", "My consent", OwnPart(page, false)) +
                                           Section("zh-CN", "我的同意", OwnPart(page, true)));
}

std::string RecordsHtml(const RecordsPage& page) {
  return Page("What became of it · 此后的记录",
              Section("en", "What became of it", RecordsPart(page, false)) +
                  Section("zh-CN", "此后的记录", RecordsPart(page, true)));
}

std::string UnknownHtml() {
  return Both({"Not found · 未找到", ""}, {"There is nothing here", "此处没有内容"},
              {"The address is not complete, was replaced by a newer one, or what it led to is "
               "erased. The desk can help.",
               "网址不完整、已被新网址取代，或者所指内容已删除。请向服务台询问。"});
}

std::string TooManyHtml() {
  return Both(
      {"Please wait · 请稍候", ""}, {"Please wait a minute", "请稍候一分钟"},
      {"Too many wrong addresses came from where you are.", "来自您所在网络的错误地址过多。"});
}

std::string FaultHtml() {
  return Both({"Not possible now · 暂时无法办理", ""}, {"That did not work", "未能办理"},
              {"Nothing has changed. Please try again, or tell the desk.",
               "没有任何改变。请重试，或者告知服务台。"});
}

std::string_view PageStyle() {
  return R"css(:root { color: #111; background: #fff; }
body { margin: 0; font: 1.125rem/1.6 "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
section + section { margin-top: 2.5rem; border-top: 2px solid #111; padding-top: 1rem; }
h1, h2 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 1rem; }
h3 { font-size: 1.25rem; margin: 1.5rem 0 0.5rem; }
dl { margin: 1rem 0; }
dt { font-weight: bold; }
dd { margin: 0 0 0.6rem; }
.state { border-left: 0.4rem solid #004a9f; padding: 0.5rem 0.8rem; background: #eef4fb; }
.text { white-space: pre-wrap; border: 1px solid #555; padding: 0.8rem; }
.small { font-size: 0.875rem; }
a { color: #004a9f; }
button { font: inherit; font-weight: bold; min-height: 3rem; width: 100%; padding: 0.6rem 1rem;
  color: #fff; background: #8a1212; border: 2px solid #8a1212; border-radius: 0.3rem; }
a:focus-visible, button:focus-visible { outline: 4px solid #ffb000; outline-offset: 3px; }
@media (prefers-color-scheme: dark) {
  :root { color: #eee; background: #111; }
  section + section { border-top-color: #eee; }
  .state { background: #14283f; border-left-color: #8cc0ff; }
  a { color: #8cc0ff; }
}
)css";
}

}  // namespace facegate::rpc
