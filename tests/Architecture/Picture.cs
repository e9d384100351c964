using System.Globalization;
using System.Text;

namespace Architecture;

/// <summary>
/// Draws the folders of projects in rows, each above those that it uses. An arrow is left out where a path of others says it. Colours are
/// their own background, so that the picture is readable on light and dark pages.
/// </summary>
internal sealed class Picture
{
    private const int Row = 64, Box = 30, Gap = 18, Letter = 7, Margin = 16, Title = 30, Activation = 8;

    private readonly Project project;
    private readonly (string From, string To)[] arrows;
    private readonly Dictionary<string, int> levels = [];
    private readonly List<List<Spot>> rows = [];

    private Picture(Project project, FolderGraph graph)
    {
        this.project = project;
        var places = project.Folders.Select(folder => folder.Path).ToList();
        var all = graph.Arrows.Select(arrow => (arrow.From, arrow.To)).Where(arrow => places.IndexOf(arrow.To) < places.IndexOf(arrow.From)).ToHashSet();
        var below = new Dictionary<string, HashSet<string>>();
        foreach (var folder in project.Folders)
            below[folder.Path] = [.. all.Where(arrow => arrow.From == folder.Path).SelectMany(arrow => below[arrow.To].Append(arrow.To))];
        arrows = [.. all.Where(arrow => !all.Any(step => step.From == arrow.From && below[step.To].Contains(arrow.To))).Order()];
        foreach (var folder in project.Folders)
            levels[folder.Path] = arrows.Where(arrow => arrow.From == folder.Path).Select(arrow => levels[arrow.To] + 1).DefaultIfEmpty(0).Max();
        Arrange();
    }

    /// <summary>A box, or the place where an arrow crosses a row.</summary>
    private sealed record Spot(string? Folder, int Width, List<Spot> Below)
    {
        public double X { get; set; }
    }

    private double Width => Math.Max(rows.Max(WidthOf), 200);

    private int Height => Title + rows.Count * Row;

    /// <summary>The picture as SVG, projects one below the other.</summary>
    public static string Draw(IEnumerable<(Project Project, FolderGraph Graph)> graphs)
    {
        var pictures = graphs.Select(each => new Picture(each.Project, each.Graph)).ToArray();
        var (width, height) = (pictures.Max(each => each.Width) + 2 * Margin, pictures.Sum(each => each.Height + Margin) + Margin);
        var text = new StringBuilder();
        text.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Round(width)} {height}\" width=\"{Round(width)}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        var top = Margin;
        foreach (var picture in pictures)
        {
            picture.Write(text, top, width);
            top += picture.Height + Margin;
        }

        return text.Append("</svg>\n").ToString();
    }

    // From the lowest row up, each spot as near as possible above what it uses.
    private void Arrange()
    {
        var boxes = new Dictionary<string, Spot>();
        for (var level = 0; level <= levels.Values.Max(); level++)
            rows.Add([]);
        foreach (var folder in project.Folders)
        {
            var spot = new Spot(folder.Path, folder.Path.Length * Letter + 20, []);
            boxes[folder.Path] = spot;
            rows[levels[folder.Path]].Add(spot);
        }

        foreach (var (from, to) in arrows)
        {
            var below = boxes[to];
            for (var level = levels[to] + 1; level < levels[from]; level++)
                rows[level].Add(below = new(null, 1, [below]));
            boxes[from].Below.Add(below);
        }

        var width = rows.Max(WidthOf);
        foreach (var row in rows)
        {
            var ordered = row.OrderBy(spot => spot.Below.Select(below => below.X).DefaultIfEmpty(0).Average()).ToList();
            var x = (width - WidthOf(row)) / 2;
            foreach (var spot in ordered)
            {
                spot.X = x + spot.Width / 2.0;
                x += spot.Width + Gap;
            }
        }
    }

    private static double WidthOf(List<Spot> row) => row.Sum(spot => spot.Width) + Gap * (row.Count - 1);

    private void Write(StringBuilder text, int top, double width)
    {
        var left = (width - rows.Max(WidthOf)) / 2;
        text.Append($"<text x=\"{Round(width / 2)}\" y=\"{top + 14}\" text-anchor=\"middle\" font-weight=\"bold\" fill=\"#808890\">{project.Name}</text>\n");
        for (var level = 0; level < rows.Count; level++)
        {
            foreach (var spot in rows[level])
            {
                var y = Y(level);
                foreach (var below in spot.Below)
                {
                    var (fromX, toX, fromY, toY) = (left + spot.X, left + below.X, y + (spot.Folder is null ? Box / 2 : Box), Y(level - 1) + (below.Folder is null ? Box / 2 : 0));
                    var middle = (fromY + toY) / 2;
                    text.Append($"<path d=\"M{Round(fromX)} {fromY} C{Round(fromX)} {middle} {Round(toX)} {middle} {Round(toX)} {toY}\" fill=\"none\" stroke=\"#8b949e\"/>\n");
                    if (below.Folder is not null)
                        text.Append($"<path d=\"M{Round(toX - 4)} {toY - 7} L{Round(toX)} {toY} L{Round(toX + 4)} {toY - 7}\" fill=\"none\" stroke=\"#8b949e\"/>\n");
                }

                if (spot.Folder is null)
                    continue;
                text.Append($"<rect x=\"{Round(left + spot.X - spot.Width / 2.0)}\" y=\"{y}\" width=\"{spot.Width}\" height=\"{Box}\" rx=\"{Activation}\" fill=\"#dbe9f9\" stroke=\"#5b87b8\"/>\n");
                text.Append($"<text x=\"{Round(left + spot.X)}\" y=\"{y + 20}\" text-anchor=\"middle\" fill=\"#14253a\">{spot.Folder}</text>\n");
            }
        }

        int Y(int level) => top + Title + (rows.Count - 1 - level) * Row;
    }

    private static string Round(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
