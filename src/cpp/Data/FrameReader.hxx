#ifndef TORCHMVA_DATA_FRAMEREADER_HXX
#define TORCHMVA_DATA_FRAMEREADER_HXX

#include "EventSource.hxx"

#include <memory>
#include <map>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

struct FrameEvents;

/// Reads the events of a data frame: expressions, cuts, weights and collections mean what they mean in trees. Count()
/// runs the event loop once, also with implicit multi-threading, and keeps the events that pass; Read() hands them over
/// in the order of the entries and frees them.
class FrameReader final : public EventSource {
public:
   FrameReader(const SourceInput &input, const DataSetInfo &info, const ClassInfo &cls, const std::string &cut);
   ~FrameReader() override;

   EventCounts Count() override;
   void Read(EventSink &sink) override;
   /// Instead of Count() and Read(): hands the events over as they come and keeps none. One thread; an entry must be
   /// one event; an element that an entry does not have is NaN. Throws Error (kExpression) for array variables, and
   /// what the sink throws.
   void Stream(EventSink &sink);

private:
   const SourceInput &fInput;
   const DataSetInfo &fInfo;
   std::vector<ColumnSpec> fColumns;
   std::shared_ptr<FrameEvents> fEvents;
   std::map<std::string, std::string> fRounded; ///< whole numbers that a double does not hold, by column
};

} // namespace Internal
} // namespace TorchMVA

#endif
