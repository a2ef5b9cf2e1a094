#ifndef TORCHMVA_METHOD_CLASSIFIERFACTORY_HXX
#define TORCHMVA_METHOD_CLASSIFIERFACTORY_HXX

#include "TString.h"
#include "TorchMVA/Core/Types.hxx"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;
class IMethod;

/// The registry of methods: type name -> creator. Methods enter it with REGISTER_METHOD when their library loads.
///
/// Create() of a type that is not registered first looks for `libTorchMVA<Type>.so` beside the host library and loads
/// it: that is how the plugins (PyTorch) come in only when they are needed. The type "Plugins" is ROOT's
/// plugin manager. Registration happens at load time; Create() may be called from several threads.
class ClassifierFactory {
public:
   /// `job` and `title` both empty: the application constructor, `option` is then the weight file.
   typedef IMethod *(*Creator)(const TString &job, const TString &title, DataSetInfo &info, const TString &option);

   static ClassifierFactory &Instance();
   /// False (with a warning) if the name is taken.
   Bool_t Register(const std::string &name, Creator creator);
   Bool_t Unregister(const std::string &name);
   /// New method for training, owned by the caller. Throws Error (kMethod) that names the missing type and lists
   /// those that exist.
   IMethod *Create(const std::string &name, const TString &job, const TString &title, DataSetInfo &info,
                   const TString &options);
   /// New method for application, owned by the caller; same errors.
   IMethod *Create(const std::string &name, DataSetInfo &info, const TString &weightFile = "");
   /// Loads `libTorchMVA<name>.so` from beside the host library, if it is there and the type is not registered yet.
   /// Throws Error (kMethod) if it is there and does not load.
   void LoadPlugin(const std::string &name);
   /// What can be booked, sorted: registered names (CrossValidation, which the class of that name books, left out) and
   /// those of plugins beside the library.
   std::vector<std::string> List() const;
   void Print() const;

private:
   ClassifierFactory() = default;
   /// The creator of a type, after loading its plugin if there is one; throws Error (kMethod).
   Creator Find(const std::string &name);
   Creator Lookup(const std::string &name) const;
   std::map<std::string, Creator> fCreators;
   mutable std::recursive_mutex fMutex;
};

} // namespace TorchMVA

/// Once, in the source file of a method class Method<X>, which is in the namespace TorchMVA, in the one that this stands
/// in, or in none. Makes the name X known to Factory and Reader, and to Types: a method that has no Types::k<X> passes
/// `Types::Instance().GetMethodType("X")` to MethodBase (docs/add-a-method.md).
#if defined(__ACLIC__) && defined(__CLING__)
// The interpreter reads the source of a library that ACLiC made: that library has registered the method already.
#define REGISTER_METHOD(X)
#else
#define REGISTER_METHOD(X) \
   namespace { \
   TorchMVA::IMethod *CreateMethod##X(const TString &job, const TString &title, TorchMVA::DataSetInfo &info, \
                                      const TString &option) \
   { \
      using namespace TorchMVA; \
      if (job.IsNull() && title.IsNull()) \
         return new Method##X(info, option); \
      return new Method##X(job, title, info, option); \
   } \
   const bool kRegistered##X = TorchMVA::ClassifierFactory::Instance().Register(#X, CreateMethod##X) && \
                               TorchMVA::Types::Instance().AddTypeMapping(#X) >= 0; \
   }
#endif

#endif
