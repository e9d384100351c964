using CM.Dsl;

namespace CM.Runtime;

/// <summary>Opens what an experiment names as its data.</summary>
internal static class Examples
{
    private const int Probed = 1000;

    /// <summary>Opens the data of an experiment and checks it against the declaration.</summary>
    /// <param name="plan">Declaration of data, shape, and the number of classes if labels are needed.</param>
    /// <param name="folder">The data folder, where the user named one.</param>
    /// <param name="tell">Told in words what was left out and which classes were found.</param>
    /// <returns><see cref="ILabelledExamples"/> where the plan has classes.</returns>
    /// <exception cref="UserError">Files are missing, damaged, or not as declared.</exception>
    public static IExamples Open(ExperimentPlan plan, string? folder, Action<string>? tell = null)
    {
        var name = plan.Data.GetType().Name;
        var examples = plan.Data switch
        {
            IExamples own => own,
            IdxImages images => Open(images, plan, folder),
            Cifar10 => OpenCifar(plan, folder),
            OpticalDigits => OpticalDigitImages.Train(),
            OpticalDigitsTest => OpticalDigitImages.Test(),
            PngImages images => Open(images, plan, folder, tell),
            NumpyArrays arrays => Open(arrays, plan, folder),
            _ => throw new UserError($"Data {name}: a data source implements IExamples or derives from "
                + "IdxImages, PngImages or NumpyArrays."),
        };
        if (examples.Count < 1)
            throw new UserError($"Data {name}: there are no examples in it.");
        CheckValues(examples, plan);
        if (plan.Classes > 0)
            CheckLabels(examples, plan);
        return examples;
    }

    /// <summary>Folder of a data source's files; null if it has none.</summary>
    /// <exception cref="UserError">They are missing.</exception>
    public static string? Find(IDataSource source, string? folder)
    {
        try
        {
            return source switch
            {
                IdxImages images => DataFolder.Find(folder, images.Images, images.Images + ".gz"),
                Cifar10 => DataFolder.Find(folder, CifarFile.Folder + "/", CifarFile.Archive),
                PngImages images => DataFolder.Find(folder, images.Name + "/", images.Name + ".zip"),
                NumpyArrays arrays => DataFolder.Find(folder, NumpyFile.Split(arrays.Examples).File),
                _ => null,
            };
        }
        catch (UserError missing) when (PublishedAs(source) is { } name)
        {
            throw new UserError($"{missing.Message.TrimEnd('.')}, or fetch it with: {ProgramName.Command("data", "fetch", name)}", missing);
        }
    }

    private static string? PublishedAs(IDataSource source) => source switch
    {
        Mnist or MnistTest => "mnist",
        FashionMnist => "fashion-mnist",
        Cifar10 => "cifar10",
        _ => null,
    };

    private static IExamples Open(IdxImages images, ExperimentPlan plan, string? folder)
    {
        var path = Find(images, folder)!;
        var file = IdxFile.ReadImages(path);
        var (height, width) = (file.Sizes[1], file.Sizes[2]);
        if (!plan.DataShape.AsSpan().SequenceEqual([1, height, width]))
            throw new UserError(
                $"{path}: {file.Count} images of {height}×{width}, but {images.GetType().Name} declares "
                    + $"[{string.Join(", ", plan.DataShape)}]; "
                + $"declare [Shape(1, {height}, {width})] or name another folder with --data DIR.");
        var examples = new ByteImages(file.Values, file.Count);
        if (plan.Classes == 0 || images.Labels is null)
            return examples;
        var labels = DataFolder.Find(Path.GetDirectoryName(path), images.Labels, images.Labels + ".gz");
        return Label(examples, [.. IdxFile.ReadLabels(labels).Values.Select(label => (int)label)], labels);
    }

    private static LabelledExamples OpenCifar(ExperimentPlan plan, string? folder)
    {
        var path = Find(plan.Data, folder)!;
        var file = CifarFile.Read(path);
        return Label(new ByteImages(file.Pixels, file.Labels.Length), file.Labels, path);
    }

    private static IExamples Open(PngImages images, ExperimentPlan plan, string? folder, Action<string>? tell)
    {
        var (path, name) = (Find(images, folder)!, images.GetType().Name);
        var set = PictureSet.Find(FileSet.Open(path));
        if (set.LeftOut is not null)
            tell?.Invoke($"{path}: {set.LeftOut}");
        var examples = new ImageExamples(set, plan.DataShape, name);
        if (plan.Classes == 0)
            return examples;
        var labels = PictureLabels.Read(set);
        if (labels.Folders is { } folders && folders.Count != plan.Classes)
            throw new UserError(
                $"{path}: {labels.Description}, but {name} declares {plan.Classes}; declare [Classes({folders.Count})], "
                    + "or give every class a folder with "
                + "its pictures.");
        tell?.Invoke($"{path}: {labels.Description}");
        return Label(examples, labels.Values, path);
    }

    private static IExamples Open(NumpyArrays arrays, ExperimentPlan plan, string? folder)
    {
        var path = Array(arrays.Examples);
        var file = NumpyFile.Read(path);
        if (file.Shape.Length == 0 || !file.Shape.AsSpan(1).SequenceEqual(plan.DataShape))
            throw new UserError(
                $"{path}: an array [{string.Join(", ", file.Shape)}], but {arrays.GetType().Name} declares examples "
                    + $"[{string.Join(", ", plan.DataShape)}]; "
                + "the first axis counts the examples, images are [channels, height, width]: transpose it, or declare another [Shape].");
        var count = (int)file.Shape[0];
        IExamples examples = file.Type == "|u1" ? new ByteImages(file.Values, count) : new FloatExamples(file.ToFloats(path), count);
        if (plan.Classes == 0 || arrays.Labels is null)
            return examples;
        var labels = Array(arrays.Labels);
        return Label(examples, NumpyFile.Read(labels).ToLabels(labels), labels);

        string Array(string name)
        {
            var (inside, _) = NumpyFile.Split(name);
            return DataFolder.Find(folder, inside) + name[inside.Length..];
        }
    }

    private static LabelledExamples Label(IExamples examples, int[] labels, string file) => labels.Length == examples.Count
        ? new LabelledExamples(examples, labels)
        : throw new UserError($"{file}: {labels.Length:N0} labels for {examples.Count:N0} examples; "
            + "the two belong together, fetch them again.");

    /// <summary>Looks at up to a thousand examples, evenly spread: all numbers finite, those of images from −1 to 1.</summary>
    private static void CheckValues(IExamples examples, ExperimentPlan plan)
    {
        var name = plan.Data.GetType().Name;
        var isImage = plan.DataShape.Length == 3;
        var values = new float[plan.DataShape.Aggregate(1L, (product, axis) => product * axis)];
        for (long i = 0, probes = Math.Min(Probed, examples.Count); i < probes; i++)
        {
            var index = (int)(i * examples.Count / probes);
            examples.Read(index, values);
            foreach (var value in values)
            {
                if (!float.IsFinite(value))
                    throw new UserError($"Data {name}: example {index} holds {value}; numbers must be finite.");
                if (isImage && Math.Abs(value) > 1)
                    throw new UserError($"Data {name}: example {index} holds {Numbers.Short(value)}; images are scaled to [-1, "
                        + "1], as in value / 127.5 - 1.");
            }
        }
    }

    private static void CheckLabels(IExamples examples, ExperimentPlan plan)
    {
        var name = plan.Data.GetType().Name;
        if (examples is not ILabelledExamples labelled)
            throw new UserError($"Data {name}: {plan.Name} needs labels and there are none; implement ILabelledExamples, "
                + "or take a model without them.");
        for (var i = 0; i < labelled.Count; i++)
            if (labelled.Label(i) is var label && (label < 0 || label >= plan.Classes))
                throw new UserError($"Data {name}: example {i} has the label {label}, but {name} declares {plan.Classes} classes, "
                    + "numbered from 0; declare [Classes(n)] or mend the labels.");
    }
}
