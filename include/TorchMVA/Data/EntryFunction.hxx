#ifndef TORCHMVA_DATA_ENTRYFUNCTION_HXX
#define TORCHMVA_DATA_ENTRYFUNCTION_HXX

#include "ROOT/RDF/RInterface.hxx"
#include "ROOT/RVec.hxx"
#include "TorchMVA/Expression/ColumnValue.hxx"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A function of some columns of an entry, whatever their types are. Not for users: the interpreter compiles what
/// follows for the types of the columns, the function itself is compiled code.
template <typename Result>
class EntryFunction {
public:
   virtual ~EntryFunction() = default;
   /// Called by one thread at a time for each slot.
   virtual Result Call(unsigned slot, const ColumnValue *columns) = 0;
};

/// Defines a column that holds the values of a function of columns of the types T.
template <typename Result, typename... T>
ROOT::RDF::RNode DefineEntryFunction(ROOT::RDF::RNode &node, const std::string &name,
                                     const std::vector<std::string> &columns,
                                     const std::shared_ptr<EntryFunction<Result>> &function)
{
   const auto call = [function](unsigned slot, const T &...values) {
      const std::array<ColumnValue, sizeof...(T) + 1> all = {{{&values, &ColumnTypeOf<T>()}..., {}}};
      return function->Call(slot, all.data());
   };
   return node.DefineSlot(name, call, columns);
}

/// Defines a column that holds a member, or the result of a method, of an object or of each object of a collection.
template <typename T, typename Member>
ROOT::RDF::RNode DefineMember(ROOT::RDF::RNode &node, const std::string &name, const std::string &column, Member member)
{
   if constexpr (std::is_invocable_v<Member, const T &>) {
      return node.Define(name, [member](const T &object) { return member(object); }, {column});
   } else {
      const auto each = [member](const T &objects) {
         ROOT::RVec<std::decay_t<decltype(member(*std::begin(objects)))>> members;
         for (const auto &object : objects)
            members.push_back(member(object));
         return members;
      };
      return node.Define(name, each, {column});
   }
}

} // namespace Internal
} // namespace TorchMVA

#endif
