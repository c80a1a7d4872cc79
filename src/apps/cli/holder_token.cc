#include "apps/cli/holder_token.h"

#include <iostream>

#include "facegate/documents/qr_code.h"

namespace facegate::apps {

core::Result<std::string> ReadHolderToken(const std::string& path) {
  std::string text;
  if (path == "-") {
    std::getline(std::cin, text);
  } else {
    FG_ASSIGN_OR_RETURN(text, ReadWholeFile(path));
  }
  return text.substr(0, text.find('\n'));
}

core::Status HandOut(const Session& session, const std::string& token, const std::string& path,
                     const std::string& svg_path) {
  if (!svg_path.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string svg, documents::QrCodeSvg(token));
    FG_RETURN_IF_ERROR(WriteWholeFile(svg_path, svg));
  }
  if (!path.empty()) return WriteWholeFile(path, token + "\n");
  if (!session.json()) session.Say(token);
  return core::Status::Ok();
}

}  // namespace facegate::apps
