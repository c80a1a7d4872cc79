// models verify: the weights on disk. eval: what error rates they reach on labelled pairs.
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "facegate/core/metrics.h"
#include "facegate/core/time.h"
#include "facegate/eval/eval.h"
#include "facegate/rules/rule_set.h"
#include "facegate/vision/face_engine.h"

namespace facegate::apps {
namespace {

struct ModelFlags {
  std::string models_dir = "build/models";
  std::string manifest = "models/manifest.yaml";
  std::string policies = "config/policies";
  std::string calendar = "config/calendars/cn.yaml";
  std::vector<std::string> packs = {"core"};
  eval::Options eval;
  std::string svg_file;
  std::string json_file;
};

core::Result<std::unique_ptr<vision::FaceEngine>> Load(const ModelFlags& flags, int workers,
                                                       core::Metrics& metrics) {
  vision::DlibOptions options;
  options.models_dir = flags.models_dir;
  options.manifest_path = flags.manifest;
  options.workers = workers;
  return vision::LoadDlibEngine(options, metrics);
}

core::Result<Exit> Verify(Session& session, const ModelFlags& flags) {
  core::MemoryMetrics metrics;
  const auto engine = Load(flags, 1, metrics);
  if (!engine.ok()) {
    session.Say("BAD: " + engine.status().ToString());
    return Exit::kNo;
  }
  for (const vision::ModelInfo& model : (*engine)->models()) {
    session.Say(model.id + " sha256 " + model.sha256);
  }
  return Exit::kYes;
}

core::Result<Exit> Evaluate(Session& session, const ModelFlags& flags) {
  core::MemoryMetrics metrics;
  const core::SystemClock clock;
  std::vector<std::string> files;
  for (const std::string& pack : flags.packs)
    files.push_back(flags.policies + "/" + pack + ".yaml");
  FG_ASSIGN_OR_RETURN(auto vocabulary,
                      rules::Vocabulary::Load(flags.policies + "/vocabulary.yaml"));
  FG_ASSIGN_OR_RETURN(auto calendar, rules::WorkCalendar::Load(flags.calendar));
  FG_ASSIGN_OR_RETURN(auto rules,
                      rules::RuleSet::Load(std::move(vocabulary), files, std::move(calendar)));
  FG_ASSIGN_OR_RETURN(const auto faces, Load(flags, 2, metrics));
  core::Result<eval::Report> report = [&] {
    ProgressBar bar("eval");
    return eval::Run(
        flags.eval, eval::Deps{*faces, rules, clock, metrics}, [&bar](long done, long total) {
          bar.Show(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
        });
  }();
  if (!report.ok()) return report.status();
  if (!flags.svg_file.empty()) {
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.svg_file, eval::ToSvg(*report)));
  }
  if (!flags.json_file.empty()) {
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.json_file, eval::ToJson(*report).DumpPretty() + "\n"));
  }
  session.Answer(eval::ToJson(*report), eval::ToText(*report));
  return Exit::kYes;
}

void AddModelFiles(CLI::App* command, ModelFlags& flags) {
  command->add_option("--models", flags.models_dir, "Folder of the model files")
      ->capture_default_str();
  command->add_option("--manifest", flags.manifest, "Their hashes")->capture_default_str();
}

}  // namespace

void AddModelCommands(CLI::App& app, Session& session) {
  auto flags = std::make_shared<ModelFlags>();
  CLI::App* models = AddGroup(app, "models", "The weights of the networks");
  CLI::App* verify = AddCommand(*models, "verify",
                                "Hashes and loads them (exit 1 if one is not what it should be)",
                                "facegate models verify --models build/models");
  AddModelFiles(verify, *flags);
  SetRun(*verify, session, flags, Verify);

  CLI::App* eval = AddCommand(
      app, "eval", "Measures error rates on labelled pairs, through the gateway's own chain",
      "facegate eval --root faces --pairs faces/pairs.csv --groups faces/groups.csv --plot d.svg");
  AddModelFiles(eval, *flags);
  eval->add_option("--root", flags->eval.root, "Folder that the csv files' paths are relative to")
      ->required();
  eval->add_option("--pairs", flags->eval.pairs_csv, "path_a,path_b,same")->required();
  eval->add_option("--groups", flags->eval.groups_csv, "path,subject and any attributes");
  eval->add_option("--distance", flags->eval.distance, "Where groups are compared")
      ->capture_default_str();
  eval->add_option("--packs", flags->packs, "Ids of packs in --policies")->delimiter(',');
  eval->add_option("--policies", flags->policies, "Folder of packs and vocabulary")
      ->capture_default_str();
  eval->add_option("--plot", flags->svg_file, "Write the DET curve to this file");
  eval->add_option("--out", flags->json_file, "Write the whole report to this file");
  SetRun(*eval, session, flags, Evaluate);
}

}  // namespace facegate::apps
