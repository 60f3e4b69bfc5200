// SPDX-License-Identifier: Apache-2.0
// docs/formats/library.md says what is true: it names every table and column, and its queries run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "library/internal/schema.h"
#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::HasSubstr;

std::string document() {
  return must(read_small_file(ALBUMEN_SOURCE_DIR "/docs/formats/library.md", kMiB));
}

TEST(SchemaDocumentTest, NamesEveryTableAndColumn) {
  const TemporaryDirectory folder;
  const auto connection =
      must(store::Connection::open(folder / "a.db", store::Access::kReadWriteCreate));
  must(store::bring_up_to_date(*connection, store::current_schema()));
  const std::string text = document();
  const auto names = must(connection->texts_of(
      "SELECT name FROM sqlite_schema WHERE type = 'table' UNION SELECT c.name FROM sqlite_schema "
      "AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"));
  EXPECT_GT(names.size(), 50);
  for (const std::string& name : names) {
    const bool is_row_number = name == "file_key" || name == "face_key" || name == "person_key";
    EXPECT_TRUE(is_row_number || text.contains("`" + name + "`") || text.contains("## " + name))
        << name;
  }
  EXPECT_THAT(text, HasSubstr(std::to_string(store::kApplicationId)));
  EXPECT_THAT(text, HasSubstr("the schema's version, " +
                              std::to_string(store::current_schema().version) + " at present"));
}

TEST(SchemaDocumentTest, ItsQueriesRun) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const auto library = open_for_test(path);
  begin_test_run(*library);
  auto* writer = must(library->writer());
  must(writer->submit(made_up_result(1)));
  must(writer->change_people(
      {.faces_analyzer = kFacesId,
       .people = {{.id = "p", .name = "Ada", .faces = {{digest_of(1), 0}}}}}));
  const std::string text = document();
  const std::string fence = "```sql\n";
  const auto begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  std::istringstream block{text.substr(
      begin + fence.size(), text.find("```", begin + fence.size()) - begin - fence.size())};
  const auto reader = must(store::Connection::open(path, store::Access::kReadOnly));
  int queries = 0;
  for (std::string query; std::getline(block, query, ';');) {
    if (query.contains("SELECT")) {
      EXPECT_TRUE(reader->execute(query)) << query;
      ++queries;
    }
  }
  EXPECT_EQ(queries, 6);
}

}  // namespace
}  // namespace albumen
