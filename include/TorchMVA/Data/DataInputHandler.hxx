#ifndef TORCHMVA_DATA_DATAINPUTHANDLER_HXX
#define TORCHMVA_DATA_DATAINPUTHANDLER_HXX

#include "TCut.h"
#include "TString.h"
#include "TorchMVA/Core/Types.hxx"

#include <map>
#include <memory>
#include <vector>

class TTree;
class TFile;

namespace TorchMVA {

/// One tree given to a DataLoader.
struct TreeInput {
   TTree *fTree = nullptr; ///< not owned; null once it was deleted, also with its file
   TString fClass;
   Double_t fWeight = 1.0;
   TCut fCut;                                    ///< cut given with the tree, beside the class's cut
   Types::ETreeType fType = Types::kMaxTreeType; ///< kMaxTreeType: not assigned yet
   TString fName = "";                           ///< of the tree

   /// Throws Error (kTree) if the tree is gone.
   TTree &Tree() const;
};

/// One event given to a DataLoader: values in the order variables, targets, spectators.
struct EventInput {
   TString fClass;
   std::vector<Double_t> fValues;
   Double_t fWeight = 1.0;
   Types::ETreeType fType = Types::kMaxTreeType;
};

/// The inputs of a data set: trees and single events, in the order they were given.
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
   void AddEvent(EventInput event);
   void ClearTrees(const TString &className);
   const std::vector<TreeInput> &GetTrees() const { return fTrees; }
   const std::vector<EventInput> &GetEvents() const { return fEvents; }
   /// Entries of all trees and events, before cuts.
   Long64_t GetEntries() const;

private:
   class Watch;

   std::vector<TreeInput> fTrees;
   std::vector<EventInput> fEvents;
   std::vector<std::unique_ptr<TTree>> fOwnedTrees; //!
   std::unique_ptr<Watch> fWatch;                   //!
};

} // namespace TorchMVA

#endif
