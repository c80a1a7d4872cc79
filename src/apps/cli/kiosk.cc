#include "apps/cli/kiosk.h"

#include <unistd.h>

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "apps/camera/frame_source.h"

namespace facegate::apps {
namespace {

struct Words {
  std::string_view hint;  // a FrameHint without its prefix
  std::string_view english;
  std::string_view chinese;
};

constexpr std::string_view kBegin = "BEGIN";  // before the first frame

constexpr auto kWords = std::to_array<Words>({
    {kBegin, "Look at the camera.", "请看镜头。"},
    {"GOOD", "Good. Stay like this.", "很好，请保持。"},
    {"MOVE_A_LITTLE", "Turn or tilt your head a little.", "请稍微转头或抬头。"},
    {"COME_CLOSER", "Come closer.", "请靠近一些。"},
    {"MOVE_BACK", "Move back a little.", "请后退一些。"},
    {"STEP_TO_THE_MARK", "Step to the mark.", "请站到标记处。"},
    {"LOOK_STRAIGHT", "Look straight at the camera, with nothing over your face.",
     "请正对镜头，不要遮挡面部。"},
    {"HOLD_STILL", "Hold still.", "请保持不动。"},
    {"MORE_LIGHT", "Too dark: more light, please.", "光线太暗，请增加光线。"},
    {"LESS_LIGHT", "Too bright: less light, please.", "光线太亮，请减少光线。"},
    {"ONE_PERSON_ONLY", "One person only, please.", "请只留一人在镜头前。"},
    {"NO_FACE", "No face in view: step before the camera, closer.",
     "未看到人脸，请走到镜头前并靠近。"},
    {"FRAME_UNUSABLE", "That picture was of no use.", "该画面无法使用。"},
});

// A hint that this program does not know is shown as it is.
std::string TextOf(std::string_view hint, std::string_view language) {
  for (const Words& words : kWords) {
    if (words.hint == hint) return std::string(language == "zh" ? words.chinese : words.english);
  }
  return std::string(hint);
}

// What is said while somebody sits.
class HintLine {
 public:
  HintLine(const Session& session, std::string language)
      : session_(session),
        language_(std::move(language)),
        terminal_(!session.json() && isatty(STDOUT_FILENO) == 1) {}
  ~HintLine() { End(); }
  HintLine(const HintLine&) = delete;
  HintLine& operator=(const HintLine&) = delete;

  void Show(const core::Json& response) {
    if (session_.json()) {
      session_.Say(response.Dump());
    } else {
      const std::string hint = ShortWord(response.StringOr("hint", ""), "FRAME_HINT_");
      // The answer itself is what comes last, and says why there is no hint.
      if (MemberOrNull(response, "answer").is_object()) return;
      Print(TextOf(hint == "UNSPECIFIED" ? kBegin : hint, language_) + " (" +
            std::to_string(response.IntOr("views", 0)) + "/" +
            std::to_string(response.IntOr("viewsWanted", 0)) + ")");
    }
    std::cout.flush();
  }
  // Lets what follows begin on a line of its own.
  void End() {
    if (terminal_ && !shown_.empty()) std::cout << '\n';
    shown_.clear();
  }

 private:
  void Print(std::string line) {
    if (line == shown_) return;
    if (terminal_) {
      constexpr std::string_view kToTheStartAndClear = "\r\x1b[K";
      std::cout << kToTheStartAndClear << line;
    } else {
      session_.Say(line);
    }
    shown_ = std::move(line);
  }

  const Session& session_;
  const std::string language_;
  const bool terminal_;
  std::string shown_;
};

bool IsOver(const core::Json& response) { return MemberOrNull(response, "answer").is_object(); }

}  // namespace

core::Result<Exit> Sit(Session& session, core::Json config, const std::string& source,
                       const KioskFlags& flags,
                       const std::function<core::Result<Exit>(const core::Json&)>& conclude) {
  config.Set("templates", flags.templates);
  config.Set("sitting_duration", std::to_string(flags.timeout_s) + "s");
  FG_ASSIGN_OR_RETURN(client::Client * client, session.Connect());
  FG_ASSIGN_OR_RETURN(client::FrameStream stream, client->OpenSitting(config));
  FG_ASSIGN_OR_RETURN(core::Json response, stream.Begin());
  HintLine line(session, flags.language);
  line.Show(response);
  const std::unique_ptr<FrameSource> frames = OpenSource(source, flags.fps);
  while (!IsOver(response)) {
    // Where the source is lost the stream goes with it, and the gateway records that.
    FG_ASSIGN_OR_RETURN(const std::optional<std::string> frame, frames->Next());
    FG_ASSIGN_OR_RETURN(response, frame ? stream.Send(core::AsBytes(*frame)) : stream.Close());
    line.Show(response);
    if (!frame) break;
  }
  line.End();
  return conclude(response);
}

}  // namespace facegate::apps
