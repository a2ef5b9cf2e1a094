#ifndef TORCHMVA_DATA_DATAINPUTHANDLER_HXX
#define TORCHMVA_DATA_DATAINPUTHANDLER_HXX

#include "TCut.h"
#include "TString.h"
#include "TorchMVA/Core/Types.hxx"

#include <map>
#include <memory>
#include <string>
#include <vector>

class TEntryList;
class TTree;
class TFile;

namespace ROOT {
namespace Detail {
namespace RDF {
class RNodeBase;
}
} // namespace Detail
namespace RDF {
template <typename Proxied>
class RInterface;
}
} // namespace ROOT

namespace TorchMVA {

/// ROOT::RDF::RNode, which every node of a data frame converts to.
using FrameNode_t = ROOT::RDF::RInterface<ROOT::Detail::RDF::RNodeBase>;

/// A tree or a data frame given to a DataLoader, and how its events are used.
struct SourceInput {
   TString fClass;
   Double_t fWeight = 1.0;
   TCut fCut;                                    ///< cut given with the source, beside the class's cut
   Types::ETreeType fType = Types::kMaxTreeType; ///< kMaxTreeType: not assigned yet
   TString fName = "";                           ///< of the tree
   TTree *fTree = nullptr;                       ///< not owned; null once it was deleted, also with its file
   std::shared_ptr<FrameNode_t> fFrame = {};     ///< set if the source is a data frame
   const TEntryList *fEntryList = nullptr;       ///< that the tree had when it was given; only its address is used

   /// Throws Error (kTree) if the tree is gone.
   TTree &Tree() const;
   /// "tree 'T' of class 'Signal'", "data frame of class 'Signal'": for messages.
   std::string Describe() const;
};

/// One event given to a DataLoader: values in the order variables, targets, spectators.
struct EventInput {
   TString fClass;
   std::vector<Double_t> fValues;
   Double_t fWeight = 1.0;
   Types::ETreeType fType = Types::kMaxTreeType;
};

/// The inputs of a data set: trees, data frames and single events, in the order they were given.
class DataInputHandler {
public:
   DataInputHandler();
   ~DataInputHandler();
   /// Throws Error (kTree) for a null or empty tree, and for mixing typed and untyped trees of one class.
   void AddTree(TTree *tree, const TString &className, Double_t weight = 1.0, const TCut &cut = "",
                Types::ETreeType type = Types::kMaxTreeType);
   /// An ASCII file that TTree::ReadFile understands; owned here.
   void AddTree(const TString &asciiFile, const TString &className, Double_t weight = 1.0, const TCut &cut = "",
                Types::ETreeType type = Types::kMaxTreeType);
   /// A node of a data frame, which is run when the events are needed. Throws Error (kTree) for mixing typed and
   /// untyped sources of one class.
   void AddDataFrame(const FrameNode_t &frame, const TString &className, Double_t weight = 1.0, const TCut &cut = "",
                     Types::ETreeType type = Types::kMaxTreeType);
   void AddEvent(EventInput event);
   /// The same sources and events again; trees read from ASCII files are shared.
   void AddAll(const DataInputHandler &other);
   /// Forgets the trees and data frames of a class.
   void ClearTrees(const TString &className);
   const std::vector<SourceInput> &GetSources() const { return fSources; }
   const std::vector<EventInput> &GetEvents() const { return fEvents; }
   /// Entries of all trees and events, before cuts. Data frames are not run for it and do not count.
   Long64_t GetEntries() const;

private:
   class Watch;

   /// Checks the type against that of the sources of the class before it.
   void AddSource(SourceInput source);

   std::vector<SourceInput> fSources;
   std::vector<EventInput> fEvents;
   std::vector<std::shared_ptr<TTree>> fOwnedTrees; //!
   std::unique_ptr<Watch> fWatch;                   //!
};

} // namespace TorchMVA

#endif
