// image list|view|delete: what is kept of people's faces, where they agreed to that.
#include <sys/stat.h>

#include <memory>
#include <string>

#include "apps/cli/commands.h"
#include "apps/cli/receipt_output.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"

namespace facegate::apps {
namespace {

struct ImageFlags {
  std::string name;
  std::string reason;
  std::string out_file;
  std::string receipt_file;
};

std::string ImageWords(const Session& session, const core::Json& image) {
  return session.ShortName(image.StringOr("name", "")) + ", " +
         ShortWord(image.StringOr("kept", ""), "IMAGE_RETENTION_") + ", until " +
         image.StringOr("expireTime", "").substr(0, 10);
}

core::Result<Exit> List(Session& session, const ImageFlags& flags) {
  return ListAll(session, "ImageService/ListImages", "images", session.FullName(flags.name),
                 [&session](const core::Json& image) { return ImageWords(session, image); });
}

core::Result<Exit> View(Session& session, const ImageFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name));
  request.Set("reason", "IMAGE_VIEW_REASON_" + flags.reason);
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("ImageService/ViewImage", request));
  FG_ASSIGN_OR_RETURN(const core::Bytes jpeg, crypto::Base64Decode(answer.StringOr("jpeg", "")));
  umask(S_IRWXG | S_IRWXO);  // for whoever asked alone
  FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, core::AsText(jpeg)));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Say("wrote " + flags.out_file + ": " +
              ImageWords(session, MemberOrNull(answer, "image")) + "; " + ReceiptWords(receipt));
  return Exit::kYes;
}

core::Result<Exit> Delete(Session& session, const ImageFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name));
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("ImageService/DeleteImage", request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Answer(answer, "deleted " + session.ShortName(request.StringOr("name", "")) +
                             ": the image and its key destroyed, " + ReceiptWords(receipt));
  return Exit::kYes;
}

}  // namespace

void AddImageCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "image", "Images that are kept of faces");
  CLI::App* list = AddCommand(*group, "list", "Lists what is kept of a person",
                              "facegate --operator acme image list subjects/p-7");
  auto listed = std::make_shared<ImageFlags>();
  list->add_option("subject", listed->name, "The person")->required();
  SetRun(*list, session, listed, List);

  CLI::App* view =
      AddCommand(*group, "view", "Looks at an image, which is recorded first; for the role VIEWER",
                 "facegate --operator acme image view subjects/p-7/images/5f0c... --reason "
                 "DISPUTED_MATCH --out face.jpg");
  auto viewed = std::make_shared<ImageFlags>();
  view->add_option("name", viewed->name, "The image")->required();
  view->add_option("--reason", viewed->reason,
                   "DISPUTED_MATCH, INCIDENT, SUBJECT_REQUEST or LEGAL_ORDER")
      ->required();
  view->add_option("--out", viewed->out_file, "Write the JPEG to this file")->required();
  view->add_option("--receipt", viewed->receipt_file, "Write the receipt to this file");
  SetRun(*view, session, viewed, View);

  CLI::App* remove =
      AddCommand(*group, "delete", "Destroys an image and its key",
                 "facegate --operator acme image delete subjects/p-7/images/5f0c...");
  auto removed = std::make_shared<ImageFlags>();
  remove->add_option("name", removed->name, "The image")->required();
  remove->add_option("--receipt", removed->receipt_file, "Write the person's receipt to this file");
  SetRun(*remove, session, removed, Delete);
}

}  // namespace facegate::apps
