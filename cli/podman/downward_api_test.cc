#include "cli/podman/downward_api.h"

#include <string>

#include "colocation/v1/kubernetes.pb.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

v1::Pod TestPod() {
  v1::Pod pod;
  v1::ObjectMeta* metadata = pod.mutable_metadata();
  metadata->set_name("shop");
  metadata->set_namespace_("mall");
  metadata->set_uid("1-2-3");
  (*metadata->mutable_labels())["tier"] = "front";
  (*metadata->mutable_labels())["app"] = "shop";
  (*metadata->mutable_annotations())["note"] = "two\nlines \"quoted\"";
  pod.mutable_spec()->set_service_account_name("seller");
  v1::Container* container = pod.mutable_spec()->add_containers();
  container->set_name("main");
  (*container->mutable_resources()->mutable_requests())["cpu"] = "1500m";
  (*container->mutable_resources()->mutable_limits())["memory"] = "1Gi";
  pod.mutable_spec()->add_init_containers()->set_name("init");
  return pod;
}

struct FieldCase {
  const char* name;
  const char* path;
  const char* expected;
};

class FieldValueTest : public testing::TestWithParam<FieldCase> {};

TEST_P(FieldValueTest, IsThePodsOwn) {
  const absl::StatusOr<std::string> value =
      FieldValue(TestPod(), GetParam().path);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FieldValueTest,
    testing::ValuesIn<FieldCase>({
        {"Name", "metadata.name", "shop"},
        {"Namespace", "metadata.namespace", "mall"},
        {"Uid", "metadata.uid", "1-2-3"},
        {"AllLabelsSorted", "metadata.labels", "app=\"shop\"\ntier=\"front\""},
        {"OneLabel", "metadata.labels['tier']", "front"},
        {"AbsentLabelIsEmpty", "metadata.labels['none']", ""},
        {"AnnotationAsItIs", "metadata.annotations['note']",
         "two\nlines \"quoted\""},
        {"AllAnnotationsQuoted", "metadata.annotations",
         "note=\"two\\nlines \\\"quoted\\\"\""},
        {"ServiceAccount", "spec.serviceAccountName", "seller"},
        {"NodeIsThisMachine", "spec.nodeName", "localhost"},
        {"PodIp", "status.podIP", "127.0.0.1"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(FieldValueErrorTest, OtherFieldsCannotBeReferredTo) {
  for (const char* path : {"", "spec.containers", "metadata.labels[tier]",
                           "metadata.labels['tier'", "metadata.annotationsX"}) {
    EXPECT_FALSE(FieldValue(TestPod(), path).ok()) << path;
  }
}

struct ResourceCase {
  const char* name;
  const char* container;
  const char* resource;
  const char* divisor;
  // Empty: refused.
  const char* expected;
};

class ResourceValueTest : public testing::TestWithParam<ResourceCase> {};

TEST_P(ResourceValueTest, IsDividedAndRoundedUp) {
  v1::ResourceFieldSelector ref;
  if (*GetParam().container != '\0') {
    ref.set_container_name(GetParam().container);
  }
  ref.set_resource(GetParam().resource);
  if (*GetParam().divisor != '\0') ref.set_divisor(GetParam().divisor);
  const absl::StatusOr<std::string> value =
      ResourceValue(TestPod(), ref, "main");
  EXPECT_EQ(value.value_or(""), GetParam().expected) << value.status();
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ResourceValueTest,
    testing::ValuesIn<ResourceCase>({
        {"WholeCoresRoundedUp", "", "requests.cpu", "", "2"},
        {"Millicores", "main", "requests.cpu", "1m", "1500"},
        {"Bytes", "", "limits.memory", "", "1073741824"},
        {"Mebibytes", "", "limits.memory", "1Mi", "1024"},
        {"ZeroDivisorIsOne", "", "requests.cpu", "0", "2"},
        {"UnsetRequestIsZero", "", "requests.memory", "", "0"},
        {"UnsetLimitIsRefused", "", "limits.cpu", "", ""},
        {"InitContainer", "init", "requests.cpu", "", "0"},
        {"UnknownContainerIsRefused", "none", "requests.cpu", "", ""},
        {"UnknownKindIsRefused", "", "usage.cpu", "", ""},
        {"NegativeDivisorIsRefused", "", "requests.cpu", "-1", ""},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace colocation::podman
