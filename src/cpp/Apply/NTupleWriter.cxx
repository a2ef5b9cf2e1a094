#include "NTupleWriter.hxx"

#include "ROOT/RField.hxx"
#include "ROOT/RNTupleDescriptor.hxx"
#include "ROOT/RNTupleModel.hxx"
#include "ROOT/RNTupleWriteOptions.hxx"
#include "TDirectory.h"

#include <algorithm>
#include <exception>

namespace TorchMVA {
namespace Internal {

namespace {

/// The fields of an RNTuple, with those that only show others (projections) as such.
std::unique_ptr<ROOT::RNTupleModel> ModelOf(const InputFile &file)
{
   ROOT::RNTupleDescriptor::RCreateModelOptions options;
   options.SetReconstructProjections(true);
   options.SetCreateBare(true);
   return ROOT::RNTupleReader::Open(file.fTree, file.fFile)->GetDescriptor().CreateModel(options);
}

} // namespace

NTupleWriter::NTupleWriter(const InputFiles &inputs, const std::vector<std::string> &columns, EOutput output,
                           TDirectory &folder)
   : fInputs(inputs), fOutput(output), fValues(columns.size())
{
   auto model = output == EOutput::kFriend ? ROOT::RNTupleModel::CreateBare() : ModelOf(inputs.Files().front());
   model->Unfreeze();
   for (const auto *field : model->GetConstFieldZero().GetConstSubfields())
      fFields.push_back(field->GetFieldName());
   for (const auto &column : columns) {
      if (model->GetFieldNames().count(column) > 0)
         throw Error(EErrorCode::kArgument, "the RNTuple has a field '" + column + "' already: choose another name",
                     inputs.Where(0));
      model->AddField(std::make_unique<ROOT::RField<float>>(column));
   }
   ROOT::RNTupleWriteOptions options;
   options.SetCompression(inputs.Files().front().fCompression);
   const std::string &path = inputs.Tree();
   fWriter = ROOT::RNTupleWriter::Append(std::move(model), path.substr(path.rfind('/') + 1), folder, options);
   fEntry = fWriter->GetModel().CreateBareEntry();
   for (std::size_t i = 0; i < columns.size(); ++i)
      fEntry->BindRawPtr(columns[i], &fValues[i]);
   if (output != EOutput::kFriend)
      Open(0);
}

void NTupleWriter::Open(std::size_t file)
{
   const InputFile &input = fInputs.Files()[file];
   fRead.reset();
   fReader = ROOT::RNTupleReader::Open(input.fTree, input.fFile);
   fRead = fReader->CreateEntry();
   fFile = file;
   for (const std::string &name : fFields) {
      const auto &here = fWriter->GetModel().GetConstField(name);
      const auto &there = fReader->GetModel().GetConstField(name);
      if (there.GetTypeName() != here.GetTypeName())
         throw Error(EErrorCode::kTree,
                     "expected the field '" + name + "' to be of type " + here.GetTypeName() +
                        " in all inputs, found " + there.GetTypeName(),
                     {{"file", input.fFile}, {"RNTuple", input.fTree}});
      fEntry->BindRawPtr<void>(name, fRead->GetPtr<void>(name).get());
   }
}

void NTupleWriter::MoveTo(Long64_t entry)
{
   while (entry >= fFirst + fInputs.Files()[fFile].fEntries) {
      fFirst += fInputs.Files()[fFile].fEntries;
      Open(fFile + 1);
   }
   fReader->LoadEntry(entry - fFirst, *fRead);
}

void NTupleWriter::Write(const Long64_t *entries, Long64_t n, const float *responses)
{
   const std::size_t nColumns = fValues.size();
   for (Long64_t i = 0; i < n; ++i) {
      std::copy_n(responses + i * nColumns, nColumns, fValues.begin());
      try {
         if (fOutput != EOutput::kFriend)
            MoveTo(entries[i]);
         fWriter->Fill(*fEntry);
      } catch (const Error &) {
         throw;
      } catch (const std::exception &error) {
         throw Error(EErrorCode::kFile, std::string("cannot copy an entry: ") + error.what(),
                     fInputs.Where(entries[i]));
      }
   }
   fCopied += n;
}

Long64_t NTupleWriter::Finish()
{
   fEntry.reset();
   fWriter.reset(); // completes the RNTuple
   return fCopied;
}

} // namespace Internal
} // namespace TorchMVA
