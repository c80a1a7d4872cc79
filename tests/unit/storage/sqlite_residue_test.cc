// What was destroyed is in no file (I6, I9). Every search is first shown to find what is there.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/base/temp_dir.h"
#include "unit/storage/sqlite_testing.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

constexpr std::uint32_t kSeed = 20260302;
constexpr int kPersons = 300;

// Bytes like those of a sealed value: random, so that any sixteen of them are unmistakable.
class Noise {
 public:
  core::Bytes Make(std::size_t size) {
    core::Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return bytes;
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_{kSeed};
};

// True if the beginning, the middle or the end of `value` stands anywhere in `files`.
bool IsFound(const std::string& files, const core::Bytes& value) {
  constexpr std::size_t kWindow = 16;
  for (const std::size_t at : {std::size_t{0}, value.size() / 2, value.size() - kWindow}) {
    const std::string_view window = core::AsText(core::ByteSpan(value).subspan(at, kWindow));
    if (files.find(window) != std::string::npos) return true;
  }
  return false;
}

struct Person {
  model::Subject subject;
  model::Consent consent;
  model::TemplateKey key;
  std::vector<model::Template> templates;
  model::KeptImage image;
};

class SqliteResidue : public ::testing::Test {
 protected:
  Person MakePerson(const std::string& id) {
    Person person{SubjectOf(id.c_str()),
                  ConsentOf(id.c_str(), "c1"),
                  KeyOf(id.c_str()),
                  {},
                  ImageOf(id.c_str(), "i1")};
    person.subject.wrapped_secret = noise_.Make(60);
    person.consent.evidence_sha256 = core::HexEncode(noise_.Make(32));
    person.consent.token_hash = noise_.Make(32);
    person.key.wrapped_key = noise_.Make(60);
    for (const char* name : {"t1", "t2"}) {
      person.templates.push_back(TemplateOf(id.c_str(), name));
      person.templates.back().sealed = noise_.Make(170);
    }
    person.image.wrapped_key = noise_.Make(60);
    person.image.sealed = noise_.Make(3000);  // reaches over pages
    return person;
  }

  // In an order that makes rows move: ids are random, so that pages split in the middle.
  void EnrolMany() {
    for (int i = 0; i < kPersons; i += 10) {
      std::vector<BatchItem> items;
      for (int j = 0; j < 10; ++j) {
        const Person person = MakePerson(core::HexEncode(noise_.Make(6)));
        items.push_back(Item({PutSubject{person.subject}, PutConsent{person.consent},
                              PutTemplateKey{person.key}, PutTemplate{person.templates[0]},
                              PutTemplate{person.templates[1]}, PutImage{person.image}},
                             {}, std::string(700, 'e')));
        persons_.push_back(person);
      }
      Commit(*store_, std::move(items));
    }
  }

  void ExpectTemplates(const Person& person, const std::string& files, bool expected) {
    EXPECT_EQ(IsFound(files, person.key.wrapped_key), expected);
    for (const model::Template& value : person.templates) {
      EXPECT_EQ(IsFound(files, value.sealed), expected);
    }
    ExpectImage(person, files, expected);
  }
  void ExpectImage(const Person& person, const std::string& files, bool expected) {
    EXPECT_EQ(IsFound(files, person.image.wrapped_key), expected);
    EXPECT_EQ(IsFound(files, person.image.sealed), expected);
  }
  void ExpectPerson(const Person& person, const std::string& files, bool expected) {
    EXPECT_EQ(IsFound(files, person.subject.wrapped_secret), expected);
    EXPECT_EQ(IsFound(files, Bytes(person.consent.evidence_sha256)), expected);
    EXPECT_EQ(IsFound(files, person.consent.token_hash), expected);
  }
  model::SubjectRef RefOf(const Person& person) { return {Op(), person.subject.id}; }

  facegate::testing::TempDir directory_;
  const std::string path_ = directory_ / "store.db";
  std::unique_ptr<Store> store_ = Open(path_, 100);
  Noise noise_;
  std::vector<Person> persons_;
};

TEST_F(SqliteResidue, WithdrawnTemplatesAndTheirKeyAreGone) {
  persons_ = {MakePerson("p1"), MakePerson("p2")};
  for (const Person& person : persons_) {
    Commit(*store_, {Item({PutSubject{person.subject}, PutConsent{person.consent},
                           PutTemplateKey{person.key}, PutTemplate{person.templates[0]},
                           PutTemplate{person.templates[1]}, PutImage{person.image}})});
    ExpectTemplates(person, AllBytes(directory_.path()), true);
  }
  CommitChange(*store_, DestroyTemplates{RefOf(persons_[0]), Purpose()});
  const std::string files = AllBytes(directory_.path());
  ExpectTemplates(persons_[0], files, false);
  ExpectPerson(persons_[0], files, true);
  ExpectTemplates(persons_[1], files, true);
}

TEST_F(SqliteResidue, DeletedImagesAndTheirKeysAreGone) {
  persons_ = {MakePerson("p1"), MakePerson("p2")};
  for (const Person& person : persons_) {
    Commit(
        *store_,
        {Item({PutSubject{person.subject}, PutConsent{person.consent}, PutImage{person.image}})});
    ExpectImage(person, AllBytes(directory_.path()), true);
  }
  CommitChange(*store_, DestroyImage{{Op(), persons_[0].subject.id, persons_[0].image.id}});
  ExpectImage(persons_[0], AllBytes(directory_.path()), false);
  ExpectImage(persons_[1], AllBytes(directory_.path()), true);
  CommitChange(*store_, DestroyImages{RefOf(persons_[1]), Purpose()});
  ExpectImage(persons_[1], AllBytes(directory_.path()), false);
}

TEST_F(SqliteResidue, AnErasedPersonIsGone) {
  persons_ = {MakePerson("p1")};
  Commit(*store_, {Item({PutSubject{persons_[0].subject}, PutConsent{persons_[0].consent},
                         PutTemplateKey{persons_[0].key}, PutTemplate{persons_[0].templates[0]},
                         PutTemplate{persons_[0].templates[1]}, PutImage{persons_[0].image}})});
  ExpectTemplates(persons_[0], AllBytes(directory_.path()), true);
  ExpectPerson(persons_[0], AllBytes(directory_.path()), true);
  CommitChange(*store_, EraseSubject{RefOf(persons_[0])});
  ExpectTemplates(persons_[0], AllBytes(directory_.path()), false);
  ExpectPerson(persons_[0], AllBytes(directory_.path()), false);
}

// Splitting and merging pages copies rows about, which secure_delete does not follow.
TEST_F(SqliteResidue, NobodyIsLeftBehindWhereRowsMoved) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  EnrolMany();
  std::shuffle(persons_.begin(), persons_.end(), noise_.random());
  {
    const std::string files = AllBytes(directory_.path());
    for (const Person& person : persons_) {
      ExpectTemplates(person, files, true);
      ExpectPerson(person, files, true);
    }
  }
  constexpr int kErased = kPersons / 3;
  constexpr int kWithdrawn = kPersons / 3 * 2;
  for (int i = 0; i < kWithdrawn; i += 10) {
    std::vector<BatchItem> items;
    for (int j = i; j < i + 10; ++j) {
      if (j < kErased) {
        items.push_back(Item({EraseSubject{RefOf(persons_[j])}}));
      } else {
        items.push_back(Item({DestroyTemplates{RefOf(persons_[j]), Purpose()}}));
      }
    }
    Commit(*store_, std::move(items));
  }
  const std::string files = AllBytes(directory_.path());
  for (int i = 0; i < kPersons; ++i) {
    ExpectPerson(persons_[i], files, i >= kErased);
    ExpectTemplates(persons_[i], files, i >= kWithdrawn);
  }
}

TEST_F(SqliteResidue, ARewrittenSlotHoldsNothingOfItsLastOwner) {
  Person big = MakePerson("p1");
  big.templates[0].sealed = noise_.Make(1000);
  Commit(*store_, {Item({PutSubject{big.subject}, PutConsent{big.consent}, PutTemplateKey{big.key},
                         PutTemplate{big.templates[0]}})});
  CommitChange(*store_, EraseSubject{RefOf(big)});
  const std::uintmax_t size = std::filesystem::file_size(path_);
  Person next = MakePerson("p2");
  next.templates[0].sealed = noise_.Make(600);
  Commit(*store_, {Item({PutSubject{next.subject}, PutConsent{next.consent},
                         PutTemplateKey{next.key}, PutTemplate{next.templates[0]}})});
  EXPECT_EQ(store_->ListTemplatesOf(RefOf(next))->front().sealed, next.templates[0].sealed);
  EXPECT_FALSE(IsFound(AllBytes(directory_.path()), big.templates[0].sealed));
  CommitChange(*store_, DestroyTemplates{RefOf(next), Purpose()});
  EXPECT_EQ(std::filesystem::file_size(path_), size) << "freed slots are used again";
}

TEST_F(SqliteResidue, DoesNotAcknowledgeWhileSomebodyKeepsReading) {
  persons_ = {MakePerson("p1")};
  Commit(*store_, {Item({PutSubject{persons_[0].subject}, PutTemplateKey{persons_[0].key},
                         PutTemplate{persons_[0].templates[0]},
                         PutTemplate{persons_[0].templates[1]}, PutImage{persons_[0].image}})});
  {
    Outsider outsider(path_);
    outsider.Execute("BEGIN; SELECT * FROM templates");
    const std::uint64_t size = SizeOf(*store_);
    const ApplyResult first =
        TryCommit(*store_, {Item({DestroyTemplates{RefOf(persons_[0]), Purpose()}})});
    EXPECT_EQ(first.status.code(), core::Code::kUnavailable);
    EXPECT_EQ(first.status.reason(), "NOT_SCRUBBED");
    EXPECT_EQ(SizeOf(*store_), size + 1) << "written, but not acknowledged";
    const ApplyResult second = TryCommit(*store_, {Item()});
    EXPECT_EQ(second.status.reason(), "NOT_SCRUBBED");
    EXPECT_EQ(SizeOf(*store_), size + 1) << "nothing is written before the scrub";
    ExpectTemplates(persons_[0], AllBytes(directory_.path()), true);
  }
  Commit(*store_, {Item()});
  ExpectTemplates(persons_[0], AllBytes(directory_.path()), false);
}

TEST_F(SqliteResidue, OpeningFinishesAScrubThatWasCutShort) {
  persons_ = {MakePerson("p1")};
  store_.reset();
  const pid_t child = fork();
  if (child == 0) {
    // Somebody reads, so that the destroying batch is written but not scrubbed; then all end at
    // once.
    store_ = Open(path_, 1);
    Commit(*store_, {Item({PutSubject{persons_[0].subject}, PutTemplateKey{persons_[0].key},
                           PutTemplate{persons_[0].templates[0]},
                           PutTemplate{persons_[0].templates[1]}, PutImage{persons_[0].image}})});
    Outsider outsider(path_);
    outsider.Execute("BEGIN; SELECT * FROM templates");
    const ApplyResult result =
        TryCommit(*store_, {Item({DestroyTemplates{RefOf(persons_[0]), Purpose()}})});
    _exit(result.status.reason() == "NOT_SCRUBBED" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ExpectTemplates(persons_[0], AllBytes(directory_.path()), true);
  store_ = Open(path_);
  ExpectTemplates(persons_[0], AllBytes(directory_.path()), false);
}

// Why there is a vault: the same bytes as a column of an ordinary table.
TEST_F(SqliteResidue, OrdinaryRowsWouldLeaveCopies) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  constexpr int kRows = 3000;
  const std::string plain = directory_ / "plain.db";
  std::vector<core::Bytes> values;
  {
    WriteFile(plain, "");
    Outsider outsider(plain);
    outsider.Execute("PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL");
    outsider.Execute("CREATE TABLE t (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID; BEGIN");
    for (int i = 0; i < kRows; ++i) {
      values.push_back(noise_.Make(160 + noise_.random()() % 60));
      outsider.Execute("INSERT INTO t VALUES (x'" + core::HexEncode(values.back()).substr(0, 12) +
                       "', x'" + core::HexEncode(values.back()) + "')");
    }
    outsider.Execute("COMMIT; BEGIN");
    values.resize(kRows / 2);  // these go, the others stay
    for (const core::Bytes& value : values) {
      outsider.Execute("DELETE FROM t WHERE value = x'" + core::HexEncode(value) +
                       "' AND key = x'" + core::HexEncode(value).substr(0, 12) + "'");
    }
    outsider.Execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const std::string files = ReadFile(plain);
  const auto left = std::count_if(values.begin(), values.end(),
                                  [&](const core::Bytes& value) { return IsFound(files, value); });
  EXPECT_GT(left, 0) << "this SQLite leaves no copies; the vault may have become needless";
}

}  // namespace
}  // namespace facegate::storage::testing
