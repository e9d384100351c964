using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Classifiers;

/// <summary>Adds to each classifier how it is trained.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ClassifierGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var classifiers = context.ReadRecords(ClassifierReader.Attribute,
                static (type, cancellation) => AttributeReader.IsPartialRecord(type, cancellation) ? ClassifierReader.Read(type, new SourceSites(), cancellation) : null)
            .WithTrackingName(StepNames.ReadClassifier);

        var alike = classifiers.Select(static (classifier, _) => classifier.Name.File).FindAlike();

        context.RegisterSourceOutput(classifiers.Combine(alike), static (output, found) =>
        {
            var (classifier, alike) = found;
            output.AddSource(HintNames.Of("Classifiers", classifier.Name.File, alike), ClassifierWriter.Write(classifier));
        });
    }
}
