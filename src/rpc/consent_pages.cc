#include "facegate/rpc/consent_pages.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "facegate/consent/record_desk.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/dossier/consent_receipts.h"
#include "facegate/rpc/token_desk.h"
#include "facegate/storage/typed.h"
#include "rpc/consent_page_html.h"
#include "rpc/page_listener.h"

namespace facegate::rpc {
namespace {

using core::Result;
using core::Status;

constexpr int kThreads = 4;
constexpr int kReadSecondsMax = 5;
constexpr std::size_t kBodyBytesMax = 1024;  // a form has one hidden field
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kRecordsOnPage = 200;
constexpr int kSeeOther = 303;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kTooMany = 429;
constexpr int kUnavailable = 503;

// No script, nothing from elsewhere, in nobody's frame; kept by no cache, and no address of a page
// told to where its links lead.
void SetHeaders(httplib::Response& response) {
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
                      "frame-ancestors 'none'");
  response.set_header("Cache-Control", "no-store");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Robots-Tag", "noindex");
}

void Show(httplib::Response& response, int status, const std::string& html) {
  response.status = status;
  response.set_content(html, "text/html; charset=utf-8");
}

void ShowFailure(httplib::Response& response, const Status& status) {
  const bool leads_nowhere =
      status.code() == core::Code::kNotFound || status.code() == core::Code::kInvalidArgument;
  if (leads_nowhere) {
    Show(response, kNotFound, UnknownHtml());
  } else if (status.code() == core::Code::kResourceExhausted) {
    Show(response, kTooMany, TooManyHtml());
  } else {
    Show(response, kUnavailable, FaultHtml());
  }
}

// What one answer is made from.
class Pages {
 public:
  Pages(const ConsentPageOptions& options, const Parts& parts)
      : store_(parts.store),
        keys_(parts.keys),
        ledger_(parts.ledger),
        logger_(parts.logger),
        desk_(parts.token_desk),
        records_(parts.store, parts.ledger, parts.keys),
        receipts_(parts.store, parts.engine, parts.ledger, parts.keys, parts.clock,
                  options.public_url) {}

  Result<std::string> Notice(const httplib::Request& request) const {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op,
                        model::OperatorId::Parse(request.matches[1].str()));
    FG_ASSIGN_OR_RETURN(const model::SiteId site, model::SiteId::Parse(request.matches[2].str()));
    FG_ASSIGN_OR_RETURN(const model::PurposeId purpose,
                        model::PurposeId::Parse(request.matches[3].str()));
    NoticePage page;
    FG_ASSIGN_OR_RETURN(page.op, Read<model::Operator>(model::OperatorName(op)));
    FG_ASSIGN_OR_RETURN(page.site, Read<model::Site>(model::SiteName(op, site)));
    FG_ASSIGN_OR_RETURN(page.purpose, Read<model::Purpose>(model::PurposeName(op, purpose)));
    FG_ASSIGN_OR_RETURN(std::vector<model::Notice> notices,
                        storage::ReadResources<model::Notice>(store_, model::NameOf(page.purpose)));
    for (model::Notice& notice : notices) {
      if (notice.purpose_version == page.purpose.version) {
        page.notices.push_back(std::move(notice));
      }
    }
    FG_ASSIGN_OR_RETURN(
        const std::vector<model::AccessPoint> points,
        storage::ReadResources<model::AccessPoint>(store_, model::NameOf(page.site)));
    std::set<std::string> known;
    for (const model::AccessPoint& point : points) {
      for (const model::Alternative& each : point.alternatives) {
        if (known.insert(each.display_name).second) page.alternatives.push_back(each.display_name);
      }
    }
    return NoticeHtml(page);
  }

  // Shows the consent of the token in the request's path.
  void Own(const httplib::Request& request, httplib::Response& response, bool is_stale) {
    const Result<std::string> html = OwnPageOf(request, is_stale);
    if (!html.ok()) return ShowFailure(response, html.status());
    Show(response, is_stale ? kConflict : 200, *html);
  }

  void End(const httplib::Request& request, httplib::Response& response) {
    const std::string token = request.matches[1].str();
    const Result<model::Consent> consent = desk_.Find(token, request.remote_addr);
    if (!consent.ok()) return ShowFailure(response, consent.status());
    const std::string sent = request.get_param_value("check");
    if (!crypto::EqualSecrets(core::AsBytes(sent), core::AsBytes(CheckOf(token, *consent)))) {
      return Own(request, response, /*is_stale=*/true);
    }
    const Result<consent::ConsentResult> ended =
        desk_.End(token, request.remote_addr, crypto::RandomUuid());
    if (!ended.ok()) {
      logger_.Warn("consent_page_failed", {{"reason", ended.status().reason()}});
      return ShowFailure(response, ended.status());
    }
    response.status = kSeeOther;  // a reload then shows the page and sends nothing
    response.set_header("Location", "/c/" + token);
  }

  // Shows what the log has under the consent of the token.
  void Records(const httplib::Request& request, httplib::Response& response) {
    const Result<std::string> html = RecordsPageOf(request);
    if (!html.ok()) return ShowFailure(response, html.status());
    Show(response, 200, *html);
  }

  void Receipt(const httplib::Request& request, httplib::Response& response) {
    const Result<std::string> json = ReceiptOf(request);
    if (!json.ok()) return ShowFailure(response, json.status());
    response.set_header("Content-Disposition", "attachment; filename=\"consent-receipt.jsonld\"");
    response.set_content(*json, "application/ld+json");
  }

 private:
  template <class R>
  Result<R> Read(const std::string& name) const {
    FG_ASSIGN_OR_RETURN(auto read, storage::ReadOne<R>(store_, name));
    return std::move(read.resource);
  }
  // The name that people know a resource by; its id where it is gone.
  template <class R>
  std::string NameOr(const std::string& name, const std::string& id) const {
    const auto read = storage::ReadOne<R>(store_, name);
    return read.ok() && !read->resource.display_name.empty() ? read->resource.display_name : id;
  }

  // Binds a form to the page it stands on: this token, in this state of its consent.
  std::string CheckOf(const std::string& token, const model::Consent& consent) const {
    std::string text = token;
    text.append("\n").append(std::to_string(consent.epoch));
    const core::Hash256 hash = keys_.KeyedHash("consent-page-form", core::AsBytes(text));
    return core::HexEncode(core::ByteSpan(hash).first(kCheckBytes));
  }

  Result<std::string> OwnPageOf(const httplib::Request& request, bool is_stale) {
    const std::string token = request.matches[1].str();
    OwnPage page;
    FG_ASSIGN_OR_RETURN(page.consent, desk_.Find(token, request.remote_addr));
    const model::Consent& consent = page.consent;
    page.op = consent.op.str();
    const auto op = Read<model::Operator>(model::OperatorName(consent.op));
    if (op.ok()) {
      if (!op->display_name.empty()) page.op = op->display_name;
      page.contact = op->complaint_channel;
    }
    page.site = NameOr<model::Site>(model::SiteName(consent.op, consent.site), consent.site.str());
    page.purpose = NameOr<model::Purpose>(model::PurposeName(consent.op, consent.purpose),
                                          consent.purpose.str());
    page.log_origin = ledger_.Origin(consent.op);
    page.check = CheckOf(token, consent);
    page.is_stale = is_stale;
    return OwnHtml(page);
  }

  Result<std::string> RecordsPageOf(const httplib::Request& request) {
    FG_ASSIGN_OR_RETURN(const model::Consent consent,
                        desk_.Find(request.matches[1].str(), request.remote_addr));
    const consent::RecordPage wanted{kRecordsOnPage, request.get_param_value("after")};
    FG_ASSIGN_OR_RETURN(const consent::OwnRecords own,
                        records_.ListOwn(consent, std::nullopt, wanted, core::NoDeadline()));
    RecordsPage page;
    for (const consent::OwnRecord& record : own.records) {
      const core::Json& line = record.line;
      page.lines.push_back({static_cast<std::uint64_t>(line.IntOr("index", 0)),
                            line.StringOr("time", ""), line.StringOr("type", ""),
                            line.StringOr("outcome", ""), line.StringOr("reason", ""),
                            line.StringOr("why", "")});
    }
    if (!own.after.empty()) {
      page.next = "view=records&after=";
      for (const char c : own.after) page.next += c == ' ' ? "%20" : std::string(1, c);
    }
    return RecordsHtml(page);
  }

  Result<std::string> ReceiptOf(const httplib::Request& request) {
    FG_ASSIGN_OR_RETURN(const model::Consent consent,
                        desk_.Find(request.matches[1].str(), request.remote_addr));
    FG_ASSIGN_OR_RETURN(const dossier::ReceiptFacts facts, receipts_.Collect(consent, ""));
    return receipts_.AsIso27560(facts, documents::Language::kEnglish).DumpPretty() + "\n";
  }

  const storage::Store& store_;
  const crypto::KeyRing& keys_;
  const audit::Ledger& ledger_;
  core::Logger& logger_;
  TokenDesk& desk_;
  const consent::RecordDesk records_;
  const dossier::ConsentReceipts receipts_;
};

}  // namespace

struct ConsentPages::Impl {
  Impl(const ConsentPageOptions& options, const Parts& parts) : pages(options, parts) {}
  Pages pages;
  PageListener listener;  // its thread uses the pages: the first to go
};

Result<std::unique_ptr<ConsentPages>> ConsentPages::Start(const ConsentPageOptions& options,
                                                          Parts parts) {
  auto impl = std::make_unique<Impl>(options, parts);
  Pages& pages = impl->pages;
  httplib::Server& server = impl->listener.server();
  server.set_payload_max_length(kBodyBytesMax);
  server.set_read_timeout(kReadSecondsMax, 0);
  server.set_write_timeout(kReadSecondsMax, 0);
  server.set_keep_alive_timeout(kReadSecondsMax);
  server.set_post_routing_handler(
      [](const httplib::Request&, httplib::Response& response) { SetHeaders(response); });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) Show(response, response.status, UnknownHtml());
  });
  server.Get("/style.css", [](const httplib::Request&, httplib::Response& response) {
    const std::string_view style = PageStyle();
    response.set_content(style.data(), style.size(), "text/css");
  });
  server.Get(R"(/n/([^/]+)/([^/]+)/([^/]+))", [&pages](const httplib::Request& request,
                                                       httplib::Response& response) {
    const Result<std::string> html = pages.Notice(request);
    const bool is_fault = !html.ok() && html.status().code() == core::Code::kUnavailable;
    if (html.ok()) return Show(response, 200, *html);
    Show(response, is_fault ? kUnavailable : kNotFound, is_fault ? FaultHtml() : UnknownHtml());
  });
  server.Get(R"(/c/([^/]+))",
             [&pages](const httplib::Request& request, httplib::Response& response) {
               if (request.get_param_value("view") == "records") {
                 return pages.Records(request, response);
               }
               pages.Own(request, response, /*is_stale=*/false);
             });
  server.Get(R"(/c/([^/]+)/receipt)",
             [&pages](const httplib::Request& request, httplib::Response& response) {
               pages.Receipt(request, response);
             });
  server.Post(R"(/c/([^/]+))",
              [&pages](const httplib::Request& request, httplib::Response& response) {
                pages.End(request, response);
              });
  FG_RETURN_IF_ERROR(impl->listener.Start(options.listen_address, kThreads));
  return std::unique_ptr<ConsentPages>(new ConsentPages(std::move(impl)));
}

ConsentPages::ConsentPages(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ConsentPages::~ConsentPages() = default;

int ConsentPages::port() const { return impl_->listener.port(); }

}  // namespace facegate::rpc
