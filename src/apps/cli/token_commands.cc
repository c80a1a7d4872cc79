// token list|revoke|rotate-key: the templates that people hold themselves.
#include <memory>
#include <string>

#include "apps/cli/commands.h"
#include "apps/cli/holder_token.h"

namespace facegate::apps {
namespace {

struct TokenFlags {
  std::string subject;
  std::string name;
  std::string file;
};

std::string TokenWords(const Session& session, const core::Json& token) {
  return session.ShortName(token.StringOr("name", "")) + " for " +
         session.ShortName(token.StringOr("purpose", "")) + " at " +
         session.ShortName(token.StringOr("site", "")) + ", until " +
         token.StringOr("expireTime", "") + ", key " +
         std::to_string(token.IntOr("keyVersion", 0)) +
         (token.BoolOr("revoked", false) ? ", revoked" : "");
}

core::Result<Exit> ListTokens(Session& session, const TokenFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.FullName(flags.subject));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("CustodyService/ListHolderTokens", request));
  if (session.json()) {
    session.Say(answer.DumpPretty());
    return Exit::kYes;
  }
  const core::Json& tokens = MemberOrNull(answer, "holderTokens");
  if (!tokens.is_array()) return Exit::kYes;
  for (const core::Json& token : tokens.AsArray()) session.Say(TokenWords(session, token));
  return Exit::kYes;
}

core::Result<Exit> RevokeToken(Session& session, const TokenFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName());
  if (!flags.name.empty()) request.Set("name", session.FullName(flags.name));
  if (!flags.file.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string token, ReadHolderToken(flags.file));
    request.Set("holder_token", token);
  }
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("CustodyService/RevokeHolderToken", request));
  session.Answer(answer,
                 std::string(answer.BoolOr("wasRevoked", false) ? "was revoked" : "revoked") +
                     ", record " + std::to_string(answer.IntOr("logIndex", 0)));
  return Exit::kYes;
}

core::Result<Exit> RotateKey(Session& session) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName());
  FG_ASSIGN_OR_RETURN(const core::Json key,
                      session.Call("CustodyService/RotateHolderKey", request));
  session.Answer(key, "key " + std::to_string(key.IntOr("version", 0)) + ", record " +
                          std::to_string(key.IntOr("logIndex", 0)));
  return Exit::kYes;
}

}  // namespace

void AddHolderTokenCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "token", "Templates that people hold themselves");
  auto flags = std::make_shared<TokenFlags>();
  CLI::App* list = AddCommand(*group, "list", "Lists the tokens that a person was handed",
                              "facegate --operator acme token list --subject subjects/p-7");
  list->add_option("--subject", flags->subject, "Whose")->required();
  SetRun(*list, session, flags, ListTokens);
  CLI::App* revoke =
      AddCommand(*group, "revoke", "Revokes a token that was lost",
                 "facegate --operator acme token revoke subjects/p-7/holderTokens/5f0c9b2e");
  CLI::Option_group* which = revoke->add_option_group("which", "Which token");
  which->add_option("name", flags->name, "Its name, as `token list` shows it");
  which->add_option("--token-file", flags->file, "The file with it; - reads a line of stdin");
  which->require_option(1);
  SetRun(*revoke, session, flags, RevokeToken);
  CLI::App* rotate = AddCommand(*group, "rotate-key",
                                "Seals tokens under a new key; those under the old die after the "
                                "days of grace",
                                "facegate --operator acme token rotate-key");
  rotate->callback([&session] { session.SetAction([&session] { return RotateKey(session); }); });
}

}  // namespace facegate::apps
