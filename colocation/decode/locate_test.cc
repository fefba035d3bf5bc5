#include "colocation/decode/locate.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

constexpr absl::string_view kText =
    R"(metadata:
  name: first
  labels: {app.kubernetes.io/name: x}
spec:
  tasks:
    - name: a
      runAfter: [b, c]
    - &shared
      name: d
    - <<: *shared
      retries: 2
---
spec:
  taskServiceAccountName: robot
---
items:
  - spec: {x: 1}
)";

struct LocateCase {
  int document;
  int item;
  absl::string_view path;
  absl::string_view place;
};

constexpr LocateCase kCases[] = {
    {0, -1, "metadata.name", "2:9-2:14"},
    {0, -1, "metadata.labels.app.kubernetes.io/name", "3:36-3:37"},
    {0, -1, "spec.tasks[0].runAfter[1]", "7:21-7:22"},
    {0, -1, "spec.tasks[0].runAfter", "7:7-7:15"},
    {0, -1, "spec.tasks[0]", "6:7-6:7"},
    {0, -1, "spec.tasks[0].missing", "6:7-6:7"},
    {0, -1, "spec.tasks[9].name", "5:3-5:8"},
    {0, -1, "spec.tasks[2].name", "9:13-9:14"},
    {0, -1, "spec.tasks[2].retries", "11:16-11:17"},
    {0, -1, "", "1:1-1:1"},
    {1, -1, "spec.serviceAccountName", "14:27-14:32"},
    {1, -1, "spec.taskRunTemplate.serviceAccountName", "14:27-14:32"},
    {2, 0, "spec.x", "17:15-17:16"},
    {7, -1, "spec", ""},
};

TEST(LocateTest, FindsFields) {
  for (const LocateCase& c : kCases) {
    v1::Origin origin;
    origin.set_file("f.yaml");
    origin.set_document(c.document);
    if (c.item >= 0) origin.set_item(c.item);
    DiagnosticList list;
    list.Error("code", {origin, "", ""}, std::string(c.path), "message");
    LocateDiagnostics("f.yaml", kText, &list);
    const v1::Position& at = list.mutable_diagnostics()[0].position();
    const std::string place =
        at.line() == 0 ? ""
                       : absl::StrCat(at.line(), ":", at.column(), "-",
                                      at.end_line(), ":", at.end_column());
    EXPECT_EQ(place, std::string(c.place)) << c.document << " " << c.path;
  }
}

TEST(LocateTest, FillsSourceLineAndRelatedPlaces) {
  v1::Origin origin;
  origin.set_file("f.yaml");
  DiagnosticList list;
  v1::Diagnostic& d =
      list.Error("code", {origin, "", ""}, "metadata.name", "message");
  v1::RelatedPlace* place = d.add_related();
  place->mutable_origin()->set_file("f.yaml");
  place->set_path("spec.tasks[0].name");
  LocateDiagnostics("f.yaml", kText, &list);
  EXPECT_EQ(list.mutable_diagnostics()[0].source_line(), "  name: first");
  EXPECT_EQ(list.mutable_diagnostics()[0].related(0).position().line(), 6);
}

TEST(LocateTest, LeavesOtherFilesAlone) {
  v1::Origin origin;
  origin.set_file("other.yaml");
  DiagnosticList list;
  list.Error("code", {origin, "", ""}, "metadata.name", "message");
  LocateDiagnostics("f.yaml", kText, &list);
  EXPECT_FALSE(list.mutable_diagnostics()[0].has_position());
}

}  // namespace
}  // namespace colocation
