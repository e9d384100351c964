using static CM.Generators.Core.Literals;

namespace CM.Generators.Classifiers;

/// <summary>Writes the generated part of a classifier: how it is trained, and how its module is made.</summary>
internal static class ClassifierWriter
{
    public static string Write(Classifier classifier) => CodeWriter.File(
        classifier.Fits ? $"{classifier.Name.Name}: {classifier.Features} features that tell {classifier.Classes} classes apart" : $"{classifier.Name.Name} is no classifier yet",
        classifier.Name, "", ["CM.Runtime"],
        code =>
        {
            code.Line("/// <summary>How its features are trained.</summary>");
            if (classifier.Fits)
                Plan(classifier, code);
            else
                code.Line($"public static ClassifierPlan {ClassifierReader.Property} => throw new global::System.NotSupportedException({Quote($"{classifier.Name.Name} has errors{(classifier.Findings.Count > 0 ? ", the first is " + classifier.Findings[0].Rule : "")}.")});");
        });

    private static void Plan(Classifier classifier, CodeWriter code)
    {
        using (code.Braces($"public static ClassifierPlan {ClassifierReader.Property} {{ get; }} = new()", "};"))
        {
            code.Line($"Name = {Quote(classifier.Name.Name)},");
            code.Line($"FullName = {Quote(classifier.Name.Text)},");
            code.Line($"Steps = {classifier.Steps},");
            code.Line($"Batch = {classifier.Batch},");
            code.Line($"LearningRate = {Number(classifier.LearningRate)},");
            code.Line($"Seed = {classifier.Seed},");
            code.Line($"Data = new {classifier.Data}(),");
            code.Line($"Test = new {classifier.Test}(),");
            code.Line($"DataShape = [{string.Join(", ", classifier.Shape)}],");
            code.Line($"Classes = {classifier.Classes},");
            code.Line($"Features = {classifier.Features},");
            code.Line("Layout = Module.Layout,");
            code.Line("NewModule = static parameters => new Module(parameters),");
        }
    }
}
