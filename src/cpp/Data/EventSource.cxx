#include "EventSource.hxx"

#include "FrameReader.hxx"
#include "TorchMVA/Data/ClassInfo.hxx"
#include "TreeReader.hxx"

namespace TorchMVA {
namespace Internal {

std::unique_ptr<EventSource> EventSource::Make(const SourceInput &input, const DataSetInfo &info, const ClassInfo &cls)
{
   const TCut both = TCut(cls.GetCut()) && input.fCut;
   const std::string cut = TString(both.GetTitle()).IsWhitespace() ? "" : both.GetTitle();
   if (input.fFrame)
      return std::make_unique<FrameReader>(input, info, cls, cut);
   return std::make_unique<TreeReader>(input.Tree(), info, cls, cut);
}

} // namespace Internal
} // namespace TorchMVA
