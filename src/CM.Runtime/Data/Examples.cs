using CM.Dsl;

namespace CM.Runtime;

/// <summary>Opens what an experiment names as its data.</summary>
internal static class Examples
{
    /// <summary>Opens the data of an experiment and checks it against the declaration.</summary>
    /// <param name="plan">What was declared: data, shape, and the number of classes where labels are needed.</param>
    /// <param name="folder">The data folder, where the user named one.</param>
    /// <returns><see cref="ILabelledExamples"/> where the plan has classes.</returns>
    /// <exception cref="UserError">Files are missing, damaged, or not as declared.</exception>
    public static IExamples Open(ExperimentPlan plan, string? folder)
    {
        var name = plan.Data.GetType().Name;
        var examples = plan.Data switch
        {
            IExamples own => own,
            IdxImages images => Open(images, plan, folder),
            _ => throw new UserError($"Data {name}: a data source implements IExamples or derives from IdxImages."),
        };
        if (examples.Count < 1)
            throw new UserError($"Data {name}: there are no examples in it.");
        if (plan.Classes > 0)
            CheckLabels(examples, plan);
        return examples;
    }

    private static IExamples Open(IdxImages images, ExperimentPlan plan, string? folder)
    {
        var path = DataFolder.Find(images.Images, folder);
        var file = IdxFile.ReadImages(path);
        var (height, width) = (file.Sizes[1], file.Sizes[2]);
        if (!plan.DataShape.AsSpan().SequenceEqual([1, height, width]))
            throw new UserError(
                $"{path}: {file.Count} images of {height}×{width}, but {images.GetType().Name} declares [{string.Join(", ", plan.DataShape)}]; "
                + $"declare [Shape(1, {height}, {width})] or name another folder with --data DIR.");
        var examples = new ByteImages(file.Values, file.Count);
        if (plan.Classes == 0 || images.Labels is null)
            return examples;
        var labels = DataFolder.Find(images.Labels, Path.GetDirectoryName(path));
        return Label(examples, [.. IdxFile.ReadLabels(labels).Values.Select(label => (int)label)], labels);
    }

    private static LabelledExamples Label(IExamples examples, int[] labels, string file) => labels.Length == examples.Count
        ? new LabelledExamples(examples, labels)
        : throw new UserError($"{file}: {labels.Length:N0} labels for {examples.Count:N0} examples; the two belong together, fetch them again.");

    private static void CheckLabels(IExamples examples, ExperimentPlan plan)
    {
        var name = plan.Data.GetType().Name;
        if (examples is not ILabelledExamples labelled)
            throw new UserError($"Data {name}: {plan.Name} needs labels and there are none; implement ILabelledExamples, or take a model without them.");
        for (var i = 0; i < labelled.Count; i++)
            if (labelled.Label(i) is var label && (label < 0 || label >= plan.Classes))
                throw new UserError($"Data {name}: example {i} has the label {label}, but {name} declares {plan.Classes} classes, numbered from 0; declare [Classes(n)] or mend the labels.");
    }
}
