using System.Text.Json;
using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Pictures in a folder or a zip file as examples, decoded when they are needed.</summary>
internal sealed class PngExamples : IExamples
{
    public const string LabelFile = "dataset.json";

    private readonly FileSet files;
    private readonly string[] pictures;
    private readonly int channels;

    /// <summary>Finds the pictures and looks at the size of each.</summary>
    /// <param name="files">The folder or the zip file.</param>
    /// <param name="shape">What was declared: channels, height, width.</param>
    /// <param name="source">Name of the declaration, for messages.</param>
    /// <exception cref="UserError">There are none, or one is not as declared.</exception>
    public PngExamples(FileSet files, long[] shape, string source)
    {
        this.files = files;
        if (shape is not [1 or 3, _, _])
            throw new UserError($"Data {source}: pictures have a [Shape(channels, height, width)] with 1 or 3 channels, not [{string.Join(", ", shape)}].");
        pictures = Pictures(files);
        channels = (int)shape[0];
        foreach (var picture in pictures)
            Check(Png.ReadHeader(files.Read(picture, Png.HeaderBytes), files.NameOf(picture)), files.NameOf(picture));

        void Check(PngHeader header, string name)
        {
            if (header.Height != shape[1] || header.Width != shape[2])
                throw new UserError(
                    $"{name}: {header.Height}×{header.Width} pixels, but {source} declares [{string.Join(", ", shape)}]; bring all to one size with: "
                    + ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{shape[1]}"));
            if (channels == 1 && !header.IsGrey)
                throw new UserError($"{name}: a picture in colour, but {source} declares [{string.Join(", ", shape)}]; declare [Shape(3, {header.Height}, {header.Width})].");
        }
    }

    public int Count => pictures.Length;

    /// <summary>The PNG files of a folder or a zip file.</summary>
    /// <exception cref="UserError">There are none, or there are JPEG files, which would be left out.</exception>
    public static string[] Pictures(FileSet files)
    {
        if (files.Names.FirstOrDefault(name => HasEnding(name, ".jpg", ".jpeg")) is { } jpeg)
            throw new UserError($"{files.NameOf(jpeg)}: JPEG files are not read; convert them all, for instance with: mogrify -format png *.jpg, and take the JPEG files away.");
        string[] pictures = [.. files.Names.Where(name => HasEnding(name, ".png"))];
        return pictures.Length > 0 ? pictures : throw new UserError($"{files.Path}: there is no PNG file in it.");
    }

    public void Read(int index, Span<float> values)
    {
        var name = files.NameOf(pictures[index]);
        var image = Png.Read(files.Read(pictures[index]), name);
        var rgba = image.ToRgba();
        var size = rgba.Length / 4;
        if (values.Length != channels * size)
            throw new UserError($"{name}: has changed its size since the run began.");
        for (var pixel = 0; pixel < size; pixel++)
        {
            if (rgba[4 * pixel + 3] != ushort.MaxValue)
                throw new UserError($"{name}: has transparent pixels, which no training can see; put all on a background with: {ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{image.Header.Height}")}");
            for (var channel = 0; channel < channels; channel++)
                values[channel * size + pixel] = (float)(rgba[4 * pixel + channel] / 32767.5 - 1);
        }
    }

    /// <summary>The class of each picture.</summary>
    /// <exception cref="UserError">Neither <c>dataset.json</c> nor folders say it.</exception>
    public int[] ReadLabels() => files.Names.Contains(LabelFile) ? LabelsOfFile() : LabelsOfFolders();

    private int[] LabelsOfFile()
    {
        var name = files.NameOf(LabelFile);
        try
        {
            var pairs = JsonNode.Parse(files.Read(LabelFile))?["labels"]?.AsArray() ?? throw new UserError($"{name}: its \"labels\" are null, so the pictures have no classes.");
            var labels = new Dictionary<string, int>();
            foreach (var pair in pairs)
                labels[(string)pair![0]!] = (int)pair[1]!;
            return [.. pictures.Select(picture => labels.TryGetValue(picture, out var label) ? label : throw new UserError($"{name}: says nothing of {picture}."))];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new UserError($"{name}: not of the form {{\"labels\": [[\"folder/picture.png\", 3], …]}} ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    private int[] LabelsOfFolders()
    {
        if (pictures.FirstOrDefault(picture => !picture.Contains('/')) is { } homeless)
            throw new UserError($"{files.NameOf(homeless)}: there is no {LabelFile} and the picture lies in no folder, so its class is unknown.");
        var folders = pictures.Select(picture => picture[..picture.IndexOf('/')]).ToList();
        var classes = folders.Distinct().Select((folder, number) => (folder, number)).ToDictionary(each => each.folder, each => each.number); // in the order of names
        return [.. folders.Select(folder => classes[folder])];
    }

    private static bool HasEnding(string name, params string[] endings) => endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
