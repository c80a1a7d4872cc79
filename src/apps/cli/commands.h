// The commands of the CLI, by what they are about. Each adds its subcommands to `app`; the chosen
// one sets the session's action.
#pragma once

#include <CLI/CLI.hpp>

#include "apps/cli/command.h"
#include "apps/cli/session.h"

namespace facegate::apps {

void AddKeyCommands(CLI::App& app, Session& session);       // keys
void AddRegistryCommands(CLI::App& app, Session& session);  // operator site access-point ...
void AddPeopleCommands(CLI::App& app, Session& session);    // subject consent
void AddRecognitionCommands(CLI::App& app,
                            Session& session);           // authorize identify enroll present status
void AddAuditCommands(CLI::App& app, Session& session);  // audit
// Into the group "audit".
void AddFsckCommand(CLI::App& group, Session& session);
void AddPolicyCommands(CLI::App& app, Session& session);       // policy
void AddModelCommands(CLI::App& app, Session& session);        // models eval
void AddDocsCommands(CLI::App& app, Session& session);         // docs
void AddDrillCommands(CLI::App& app, Session& session);        // drill
void AddAlternativeCommands(CLI::App& app, Session& session);  // pass badge alternatives report
void AddReceiptCommands(CLI::App& app, Session& session);      // receipt
void AddBackupCommands(CLI::App& app, Session& session);       // backup
void AddImageCommands(CLI::App& app, Session& session);        // image
void AddHolderTokenCommands(CLI::App& app, Session& session);  // token
void AddWitnessCommands(CLI::App& app, Session& session);      // witness

}  // namespace facegate::apps
