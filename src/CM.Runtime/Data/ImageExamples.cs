using System.Text.Json;
using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Image files in a folder or a zip file as examples, decoded when they are needed.</summary>
internal sealed class ImageExamples : IExamples
{
    public const string LabelFile = "dataset.json";

    private readonly FileSet files;
    private readonly string[] pictures;
    private readonly int channels;

    /// <summary>Finds the images and looks at the size of each.</summary>
    /// <param name="files">The folder or the zip file.</param>
    /// <param name="shape">The declared shape: channels, height, width.</param>
    /// <param name="source">Name of the declaration, for messages.</param>
    /// <exception cref="UserError">There are none, or one is not as declared.</exception>
    public ImageExamples(FileSet files, long[] shape, string source)
    {
        this.files = files;
        if (shape is not [1 or 3, _, _])
            throw new UserError($"Data {source}: pictures have a [Shape(channels, height, width)] with 1 or 3 channels, not [{string.Join(", ", shape)}].");
        pictures = Pictures(files);
        channels = (int)shape[0];
        foreach (var picture in pictures)
        {
            var (name, header) = (files.NameOf(picture), Header(picture));
            if (header.Height != shape[1] || header.Width != shape[2])
                throw new UserError(
                    $"{name}: {header.Height}×{header.Width} pixels, but {source} declares [{string.Join(", ", shape)}]; bring all to one size with: "
                    + ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{shape[1]}"));
            if (channels == 1 && !header.IsGrey && !ImageFile.Read(files.Read(picture), name).IsGrey)
                throw new UserError($"{name}: a picture in colour, but {source} declares [{string.Join(", ", shape)}]; declare [Shape(3, {header.Height}, {header.Width})].");
        }
    }

    public int Count => pictures.Length;

    /// <summary>The image files of a folder or a zip file.</summary>
    /// <exception cref="UserError">There are none, or there are some of formats that are not read, which would be left out.</exception>
    public static string[] Pictures(FileSet files)
    {
        var endings = files.Names.ToLookup(name => Path.GetExtension(name).ToLowerInvariant());
        var foreign = ImageFile.ForeignEndings.Where(endings.Contains).ToList();
        if (foreign.Count > 0)
            throw new UserError(
                $"{files.Path}: {string.Join(", ", foreign.Select(ending => $"{endings[ending].Count():N0} {ending}"))} would be left out; "
                + $"{string.Join(", ", ImageFile.Endings)} are read: convert the others, for instance with: mogrify -format png *{foreign[0]}, and take them away.");
        string[] pictures = [.. ImageFile.Endings.SelectMany(ending => endings[ending]).Order(StringComparer.Ordinal)];
        return pictures.Length > 0 ? pictures : throw new UserError($"{files.Path}: there is no image file in it; {string.Join(", ", ImageFile.Endings)} are read.");
    }

    public void Read(int index, Span<float> values)
    {
        var name = files.NameOf(pictures[index]);
        var image = ImageFile.Read(files.Read(pictures[index]), name);
        var size = image.Width * image.Height;
        if (values.Length != channels * size)
            throw new UserError($"{name}: has changed its size since the run began.");
        if (!image.IsOpaque)
            throw new UserError($"{name}: has transparent pixels, which no training can see; put all on a background with: {ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{image.Height}")}");
        for (var channel = 0; channel < channels; channel++)
            for (var pixel = 0; pixel < size; pixel++)
                values[channel * size + pixel] = (float)(image.Pixels[4 * pixel + channel] / 127.5 - 1);
    }

    /// <summary>The class of each picture.</summary>
    /// <exception cref="UserError">Neither <c>dataset.json</c> nor folders say it.</exception>
    public int[] ReadLabels() => files.Names.Contains(LabelFile) ? LabelsOfFile() : LabelsOfFolders();

    /// <summary>Reads the list of labels, and says what is wrong with its form.</summary>
    /// <exception cref="UserError">It is not of the form of EDM's data sets.</exception>
    public static T GuardLabels<T>(FileSet files, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new UserError($"{files.NameOf(LabelFile)}: not of the form {{\"labels\": [[\"folder/picture.png\", 3], …]}} ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    private int[] LabelsOfFile() => GuardLabels(files, () =>
    {
        var name = files.NameOf(LabelFile);
        var pairs = JsonNode.Parse(files.Read(LabelFile))?["labels"]?.AsArray() ?? throw new UserError($"{name}: its \"labels\" are null, so the pictures have no classes.");
        var labels = new Dictionary<string, int>();
        foreach (var pair in pairs)
            labels[(string)pair![0]!] = (int)pair[1]!;
        return pictures.Select(picture => labels.TryGetValue(picture, out var label) ? label : throw new UserError($"{name}: says nothing of {picture}.")).ToArray();
    });

    private int[] LabelsOfFolders()
    {
        if (pictures.FirstOrDefault(picture => !picture.Contains('/')) is { } homeless)
            throw new UserError($"{files.NameOf(homeless)}: there is no {LabelFile} and the picture lies in no folder, so its class is unknown.");
        var folders = pictures.Select(picture => picture[..picture.IndexOf('/')]).ToList();
        var classes = folders.Distinct().Select((folder, number) => (folder, number)).ToDictionary(each => each.folder, each => each.number); // in the order of names
        return [.. folders.Select(folder => classes[folder])];
    }

    // The first bytes mostly suffice; of large sets the rest is not read before it is needed.
    private ImageHeader Header(string picture) =>
        ImageFile.TryReadHeader(files.Read(picture, ImageFile.HeaderBytes)) ?? ImageFile.ReadHeader(files.Read(picture), files.NameOf(picture));
}
