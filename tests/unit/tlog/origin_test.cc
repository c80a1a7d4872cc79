#include "facegate/tlog/origin.h"

#include <gtest/gtest.h>

namespace facegate::tlog {
namespace {

TEST(Origin, NamesALogAndThoseThatSucceededIt) {
  EXPECT_EQ(OriginName({"gate.example/acme", 1}), "gate.example/acme");
  EXPECT_EQ(OriginName({"gate.example/acme", 2}), "gate.example/acme~2");
  EXPECT_EQ(OriginName({"gate.example/acme", kOriginNumberMax}), "gate.example/acme~99");
}

TEST(Origin, ReadsWhatItNames) {
  for (const int number : {1, 2, 10, kOriginNumberMax}) {
    const Origin origin{"gate.example/acme", number};
    EXPECT_EQ(ParseOrigin(OriginName(origin)), origin);
  }
}

TEST(Origin, TakesWhateverIsNoNumberForABase) {
  for (const char* name : {"", "~", "~2", "a~", "a~0", "a~1", "a~02", "a~+2", "a~-2", "a~2 ",
                           "a~2x", "a~100", "a~99999999999999999999", "gate~2/acme"}) {
    EXPECT_EQ(ParseOrigin(name), (Origin{name, 1})) << name;
  }
}

TEST(Origin, IsTheFirstLineOfACheckpoint) {
  EXPECT_EQ(OriginIn("gate.example/acme~2\n7\nroot\n"), (Origin{"gate.example/acme", 2}));
  EXPECT_EQ(OriginIn("gate.example/acme\n7~2\n"), (Origin{"gate.example/acme", 1}));
  EXPECT_EQ(OriginIn(""), (Origin{"", 1}));
}

}  // namespace
}  // namespace facegate::tlog
