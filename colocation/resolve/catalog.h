// The given objects by their names, and a list of what is missing.
#ifndef COLOCATION_RESOLVE_CATALOG_H_
#define COLOCATION_RESOLVE_CATALOG_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

class Catalog {
 public:
  // What is wrong with the objects of remote references goes to `diagnostics`.
  Catalog(const v1::PlanRequest& request, const FeatureFlags& flags,
          DiagnosticList* diagnostics, std::vector<v1::Need>* needs);

  // Takes in what a run in `run_namespace` can refer to: the objects of that
  // namespace and those that name none. `objects` outlive this.
  void Index(const v1::ObjectSet& objects, absl::string_view run_namespace);

  // What the reference at `path` of `subject` is for; null, with an error and a
  // need, where it is not there. Two objects of that kind and name are an
  // error. A reference that names nothing is one only where there is no other:
  // it can't be answered.
  const v1::Pipeline* FindPipeline(const v1::PipelineRef& ref,
                                   const Subject& subject,
                                   const std::string& path);
  const v1::Task* FindTask(const v1::TaskRef& ref, const Subject& subject,
                           const std::string& path);
  const v1::StepAction* FindStepAction(const v1::Ref& ref,
                                       const Subject& subject,
                                       const std::string& path);

 private:
  // Those of one name: the first, and another where there are several.
  template <typename Object>
  struct Named {
    const Object* object = nullptr;
    const Object* other = nullptr;
  };
  template <typename Object>
  using ByName = absl::flat_hash_map<std::string, Named<Object>>;

  template <typename Object>
  void Index(const google::protobuf::RepeatedPtrField<Object>& objects,
             ByName<Object>* by_name);
  // The key of a remote reference.
  static std::string RemoteKey(
      const std::string& resolver,
      const google::protobuf::RepeatedPtrField<v1::Param>& params);
  template <typename Object, typename Ref>
  const Object* FindRemote(const Ref& ref, v1::Need::Kind kind,
                           absl::string_view kind_name, const Subject& subject,
                           const std::string& path);
  template <typename Object, typename Ref>
  const Object* Find(const ByName<Object>& by_name, const Ref& ref,
                     v1::Need::Kind kind, absl::string_view kind_name,
                     const Subject& subject, const std::string& path);

  DiagnosticList& diagnostics_;
  std::vector<v1::Need>& needs_;
  // Finding the nearest of many names takes long: not for every fault of an
  // input that is all wrong.
  int hints_left_ = 50;
  const std::string default_resolver_;
  const bool refuse_unverified_;
  std::string run_namespace_;
  // "Task build" -> the other namespace that it is in.
  absl::flat_hash_map<std::string, std::string> elsewhere_;
  ByName<v1::Pipeline> pipelines_;
  ByName<v1::Task> tasks_;
  ByName<v1::StepAction> step_actions_;
  // The objects that remote references stand for.
  std::deque<v1::ObjectSet> resolved_;
  absl::flat_hash_map<std::string, const v1::ObjectSet*> remote_;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_CATALOG_H_
