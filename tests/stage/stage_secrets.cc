// What a person's deletion must take with it, in clear: their secret, template keys and templates,
// read from a copy of a database with its keys. For tests that then look for it where it must not
// be. Prints a line each: kind, a space, hex.
#include <CLI/CLI.hpp>
#include <iostream>

#include "facegate/audit/contexts.h"
#include "facegate/core/text.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/storage/store.h"
#include "gallery/template_seal.h"

namespace facegate::testing {
namespace {

void Print(std::string_view kind, core::ByteSpan value) {
  std::cout << kind << ' ' << core::HexEncode(value) << '\n';
}

core::Status Run(const std::string& database, const std::string& keys_dir,
                 const model::SubjectRef& ref) {
  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(keys_dir));
  storage::SqliteOptions sqlite;
  sqlite.path = database;
  FG_ASSIGN_OR_RETURN(const auto store, storage::OpenSqliteStore(sqlite));
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store->GetSubject(ref));
  FG_ASSIGN_OR_RETURN(
      const auto secret,
      keys->Unwrap(subject.wrapped_secret, audit::SubjectSecretContext(ref.op, ref.subject)));
  Print("secret", secret.span());
  Print("wrapped-secret", subject.wrapped_secret);
  FG_ASSIGN_OR_RETURN(const auto templates, store->ListTemplatesOf(ref));
  for (const model::Template& value : templates) {
    FG_ASSIGN_OR_RETURN(const auto wrapped, store->GetTemplateKey(ref, value.purpose));
    FG_ASSIGN_OR_RETURN(
        const auto key,
        keys->Unwrap(wrapped.wrapped_key, gallery::TemplateKeyContext(ref, value.purpose)));
    FG_ASSIGN_OR_RETURN(const auto steps, gallery::OpenTemplate(key.span(), value));
    Print("template-key", key.span());
    Print("wrapped-template-key", wrapped.wrapped_key);
    Print("template", steps.span());
    Print("sealed-template", value.sealed);
  }
  return core::Status::Ok();
}

}  // namespace
}  // namespace facegate::testing

int main(int argc, char** argv) {
  CLI::App app("Prints what must be gone after a person's erasure; for tests.");
  std::string database;
  std::string keys;
  std::string op = "acme";
  std::string subject;
  app.add_option("--db", database, "A copy of the database")->required();
  app.add_option("--keys", keys, "The key directory")->required();
  app.add_option("--operator", op, "Whose person it is")->capture_default_str();
  app.add_option("--subject", subject, "The person's id")->required();
  CLI11_PARSE(app, argc, argv);
  using facegate::model::OperatorId;
  using facegate::model::SubjectId;
  const facegate::core::Status status =
      facegate::testing::Run(database, keys, {OperatorId(op), SubjectId(subject)});
  if (status.ok()) return 0;
  std::cerr << "stage_secrets: " << status.ToString() << '\n';
  return 1;
}
